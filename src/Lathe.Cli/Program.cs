Console.WriteLine("lathe");
