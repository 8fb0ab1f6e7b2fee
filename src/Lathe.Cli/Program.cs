return await Lathe.Cli.LatheCommand.RunAsync(args);
