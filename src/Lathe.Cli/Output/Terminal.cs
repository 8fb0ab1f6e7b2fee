using Spectre.Console;

namespace Lathe.Cli.Output;

/// <summary>Where tables and progress bars go. Tables are results and go to standard output; progress goes to standard error and only
/// where a person can see it.</summary>
internal static class Terminal
{
    private const int WidthOfAFile = 400;

    public static IAnsiConsole Out { get; } = Create(Console.Out, Console.IsOutputRedirected);

    public static IAnsiConsole Error { get; } = Create(Console.Error, Console.IsErrorRedirected);

    /// <summary>True if a person watches standard error.</summary>
    public static bool IsWatched => !Console.IsErrorRedirected;

    /// <summary>Runs work of a known size under a progress bar.</summary>
    /// <param name="title">What is being done.</param>
    /// <param name="total">The size of the work.</param>
    /// <param name="work">Does it, and reports how much of it is done.</param>
    public static void WithProgress(string title, double total, Action<Action<double>> work)
    {
        if (!IsWatched)
        {
            work(_ => { });
            return;
        }

        Error.Progress().AutoClear(true).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()).Start(context =>
        {
            var task = context.AddTask(title.EscapeMarkup(), maxValue: total);
            work(done => task.Value = done);
        });
    }

    private static IAnsiConsole Create(TextWriter writer, bool isRedirected)
    {
        if (!isRedirected)
        {
            return AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        }

        // A file has neither colours nor a width: nothing is to be wrapped or cut.
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        console.Profile.Width = WidthOfAFile;
        return console;
    }
}
