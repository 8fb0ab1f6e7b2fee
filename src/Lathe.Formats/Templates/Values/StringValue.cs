namespace Lathe.Formats.Templates;

/// <summary>A string.</summary>
public sealed class StringValue : TemplateValue
{
    public StringValue(string text)
        : this(text, isMarkup: false)
    {
    }

    internal StringValue(string text, bool isMarkup)
    {
        Text = text;
        IsMarkup = isMarkup;
    }

    public string Text { get; }

    public override bool IsTruthy => Text.Length > 0;

    internal static StringValue Empty { get; } = new("");

    /// <summary>Whether a filter declared the text to be safe HTML: text added to it with <c>+</c> or <c>%</c> is then escaped.</summary>
    internal bool IsMarkup { get; }

    internal override string TypeName => IsMarkup ? "Markup" : "str";

    internal override TemplateValue? GetAttribute(string name) => MethodValue.Bind(StringMethods.Table, this, name);

    internal override TemplateValue? GetItem(TemplateValue key)
    {
        if (!Numbers.TryInteger(key, out var index))
        {
            return null;
        }

        var length = CodePoints.Count(Text);
        index = index.Sign < 0 ? index + length : index;
        return index.Sign < 0 || index >= length ? null : new StringValue(CodePoints.Slice(Text, (int)index, 1), IsMarkup);
    }

    internal StringValue With(string text) => new(text, IsMarkup);
}
