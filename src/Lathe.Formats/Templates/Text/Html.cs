namespace Lathe.Formats.Templates;

/// <summary>Escaping of HTML, which few chat templates want but some filters imply.</summary>
internal static class Html
{
    public static string Escape(string text, RenderBudget budget)
    {
        if (!text.AsSpan().ContainsAny("&<>'\""))
        {
            return text;
        }

        // The longest escape has five characters.
        budget.Allocate(text.Length);
        return text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;").Replace("'", "&#39;").Replace("\"", "&#34;");
    }

    /// <summary>The text as markup: what already is markup stays as it is.</summary>
    public static string Escape(StringValue text, RenderBudget budget) => text.IsMarkup ? text.Text : Escape(text.Text, budget);
}
