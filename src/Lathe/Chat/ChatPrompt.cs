using Lathe.Formats.Templates;

namespace Lathe.Chat;

/// <summary>Turns the messages of a chat into the text that the model was trained on, with the template that the file brings.</summary>
public sealed class ChatPrompt
{
    private readonly ChatTemplate _template;
    private readonly string? _bos;
    private readonly string? _eos;

    private ChatPrompt(ChatTemplate template, string? bos, string? eos)
    {
        _template = template;
        _bos = bos;
        _eos = eos;
    }

    /// <summary>The model's own template, or null if the file has none.</summary>
    /// <exception cref="TemplateException">The template cannot be parsed.</exception>
    public static ChatPrompt? Of(LatheModel model)
    {
        if (!model.File.Metadata.TryGetString("tokenizer.chat_template", out var source))
        {
            return null;
        }

        return new ChatPrompt(ChatTemplate.Parse(source), Text(model.Tokenizer.BosId), Text(model.Tokenizer.EosId));

        string? Text(int? token) => token is { } id ? System.Text.Encoding.UTF8.GetString(model.Tokenizer.TokenText(id)) : null;
    }

    /// <summary>The prompt up to where the assistant's answer begins.</summary>
    /// <exception cref="TemplateException">The template refuses these messages.</exception>
    public string Render(IEnumerable<ChatTurn> turns) => _template.Render(new ChatTemplateInput
    {
        Messages = TemplateValue.FromList(turns.Select(turn => TemplateValue.FromDict(
        [
            KeyValuePair.Create<string, TemplateValue>("role", turn.Role),
            KeyValuePair.Create<string, TemplateValue>("content", turn.Content),
        ]))),
        BosToken = _bos,
        EosToken = _eos,
    });
}
