namespace Lathe.Formats.Tokenization;

/// <summary>How text becomes tokens.</summary>
/// <param name="AddSpecial">Add BOS in front and EOS behind where the model asks for them.</param>
/// <param name="ParseSpecial">
/// Read the text of control tokens (<c>&lt;|im_start|&gt;</c>) as those tokens. Right for a rendered chat template, wrong for text from
/// outside, which could then forge a turn.
/// </param>
public readonly record struct TokenizeOptions(bool AddSpecial = false, bool ParseSpecial = false);
