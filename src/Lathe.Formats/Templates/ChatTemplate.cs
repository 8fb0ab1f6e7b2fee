namespace Lathe.Formats.Templates;

/// <summary>
/// A chat template: the Jinja program in a model's files that turns messages into the text of the prompt. It is rendered as
/// the transformers library does it, in a sandbox whose values cannot change, and it is bounded in time, memory and depth.
/// A parsed template is immutable: it can be rendered many times, by many threads at once.
/// </summary>
public sealed class ChatTemplate
{
    private readonly TemplateSource _source;
    private readonly Statement[] _statements;
    private readonly TemplateLimits _limits;

    private ChatTemplate(TemplateSource source, TemplateLimits limits)
    {
        _source = source;
        _limits = limits;
        _statements = Parser.Parse(source, limits);
    }

    /// <summary>Parses the source of a template.</summary>
    /// <exception cref="TemplateException">The source is not a template; the message tells where and why.</exception>
    public static ChatTemplate Parse(string source, TemplateLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        limits ??= TemplateLimits.Default;
        if (source.Length > limits.MaxSourceLength)
        {
            throw new TemplateException($"the template has {source.Length} characters, which is more than the limit of {limits.MaxSourceLength}.");
        }

        return new ChatTemplate(new TemplateSource(source), limits);
    }

    /// <summary>Renders a conversation.</summary>
    /// <exception cref="TemplateException">The template refuses the conversation, fails, or exceeds a limit.</exception>
    public string Render(ChatTemplateInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Render(input.ToVariables(), input.Now);
    }

    /// <summary>
    /// Renders with these variables; <paramref name="now"/> is the local time that <c>strftime_now</c> shows, by default the clock's.
    /// </summary>
    /// <exception cref="TemplateException">The template fails or exceeds a limit.</exception>
    public string Render(IReadOnlyDictionary<string, TemplateValue> variables, DateTime? now = null)
    {
        ArgumentNullException.ThrowIfNull(variables);
        return new Interpreter(_source, variables, now ?? DateTime.Now, _limits).Render(_statements);
    }
}
