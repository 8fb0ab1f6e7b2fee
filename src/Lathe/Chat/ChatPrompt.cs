using System.Text;
using Lathe.Formats.Templates;
using Lathe.Formats.Tokenization;

namespace Lathe.Chat;

/// <summary>Turns the messages of a chat into the prompt that the model was trained on, with the template that the file brings.</summary>
public sealed class ChatPrompt
{
    private readonly string _source;
    private readonly ChatTemplate _template;
    private readonly Tokenizer _tokenizer;
    private readonly ControlTokenMarks _marks;

    /// <param name="template">The source of the template.</param>
    /// <param name="tokenizer">The model's vocabulary.</param>
    /// <exception cref="TemplateException">The template cannot be parsed.</exception>
    public ChatPrompt(string template, Tokenizer tokenizer)
    {
        _source = template;
        _template = ChatTemplate.Parse(template);
        _tokenizer = tokenizer;
        _marks = new ControlTokenMarks(tokenizer);
    }

    /// <summary>The model's own template, or null if the file has none.</summary>
    /// <exception cref="TemplateException">The template cannot be parsed.</exception>
    public static ChatPrompt? Of(LatheModel model) =>
        model.File.Metadata.TryGetString("tokenizer.chat_template", out var source) ? new ChatPrompt(source, model.Tokenizer) : null;

    /// <summary>The text of the prompt, up to where the assistant's answer begins.</summary>
    /// <exception cref="TemplateException">The template refuses these messages.</exception>
    public string Render(IEnumerable<ChatTurn> turns) => _template.Render(new ChatTemplateInput
    {
        Messages = TemplateValue.FromList(turns.Select(turn => TemplateValue.FromDict(
        [
            KeyValuePair.Create<string, TemplateValue>("role", turn.Role),
            KeyValuePair.Create<string, TemplateValue>("content", turn.Content),
        ]))),
        BosToken = Text(_tokenizer.BosId),
        EosToken = Text(_tokenizer.EosId),
    });

    /// <summary>The tokens of the prompt. No control token begins inside a message: what is said there is text, whatever it looks like.</summary>
    /// <exception cref="TemplateException">The template refuses these messages.</exception>
    /// <exception cref="ArgumentException">A role is not a plain name.</exception>
    /// <exception cref="NotSupportedException">The messages leave no private-use character to mark them with.</exception>
    public int[] Encode(IReadOnlyCollection<ChatTurn> turns)
    {
        foreach (var turn in turns)
        {
            RequireName(turn.Role);
        }

        var mark = ControlTokenMarks.Choose([_source, .. turns.Select(turn => turn.Content)]);
        var safe = EncodeMarked(turns, mark, wholeTokens: false, out var safeText);
        var text = Render(turns);
        if (safeText == text)
        {
            return safe;
        }

        // The template looked for something that a mark hid from it. Fewer marks may do, if they let no control token through.
        var exact = EncodeMarked(turns, mark, wholeTokens: true, out var exactText);
        return exactText == text && exact.Where(_tokenizer.IsControl).SequenceEqual(safe.Where(_tokenizer.IsControl)) ? exact : safe;
    }

    private int[] EncodeMarked(IReadOnlyCollection<ChatTurn> turns, char mark, bool wholeTokens, out string text)
    {
        var rendered = Render(turns.Select(turn => turn with { Content = _marks.Add(turn.Content, mark, wholeTokens) }));
        text = ControlTokenMarks.Remove(rendered, mark, out var plainAt);
        return _tokenizer.Encode(text, plainAt);
    }

    // A template writes the role between its control tokens and compares it with the names that it knows: it cannot be marked.
    private static void RequireName(string role)
    {
        if (role.Length == 0 || !role.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-'))
        {
            throw new ArgumentException($"the role of a message is '{role}', expected a name of letters, digits, '_' and '-', such as 'user'");
        }
    }

    private string? Text(int? token) => token is { } id ? Encoding.UTF8.GetString(_tokenizer.TokenText(id)) : null;
}
