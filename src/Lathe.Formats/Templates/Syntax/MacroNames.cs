namespace Lathe.Formats.Templates;

/// <summary>Which of the special names the body of a macro mentions.</summary>
internal sealed class MacroNames
{
    public bool ExtraPositional { get; private set; }

    public bool ExtraNamed { get; private set; }

    public bool Caller { get; private set; }

    public void Note(string name)
    {
        ExtraPositional |= name == "varargs";
        ExtraNamed |= name == "kwargs";
        Caller |= name == "caller";
    }
}
