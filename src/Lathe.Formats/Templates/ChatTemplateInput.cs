namespace Lathe.Formats.Templates;

/// <summary>What chat templates expect to find, under the names that they know.</summary>
public sealed record ChatTemplateInput
{
    /// <summary>The list of messages, each a dict with at least <c>role</c> and <c>content</c>; JSON converts by itself.</summary>
    public required TemplateValue Messages { get; init; }

    /// <summary>The list of tools as JSON schemas; null leaves the variable undefined.</summary>
    public TemplateValue? Tools { get; init; }

    /// <summary>The list of documents to answer from; null leaves the variable undefined.</summary>
    public TemplateValue? Documents { get; init; }

    /// <summary>Whether the prompt ends where the assistant's answer begins.</summary>
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>The text of the token that begins a sequence; null leaves the variable undefined.</summary>
    public string? BosToken { get; init; }

    /// <summary>The text of the token that ends a sequence; null leaves the variable undefined.</summary>
    public string? EosToken { get; init; }

    /// <summary>The local time that the template may show; null is the clock's.</summary>
    public DateTime? Now { get; init; }

    /// <summary>Further variables, such as <c>enable_thinking</c>; they go before the ones above.</summary>
    public IReadOnlyDictionary<string, TemplateValue> Extra { get; init; } = new Dictionary<string, TemplateValue>();

    /// <summary>The variables of the template.</summary>
    public IReadOnlyDictionary<string, TemplateValue> ToVariables()
    {
        var variables = new Dictionary<string, TemplateValue>
        {
            ["messages"] = Messages,
            ["add_generation_prompt"] = AddGenerationPrompt,
        };
        Add("tools", Tools);
        Add("documents", Documents);
        Add("bos_token", BosToken is null ? null : new StringValue(BosToken));
        Add("eos_token", EosToken is null ? null : new StringValue(EosToken));
        foreach (var (name, value) in Extra)
        {
            variables[name] = value;
        }

        return variables;

        void Add(string name, TemplateValue? value)
        {
            if (value is not null)
            {
                variables[name] = value;
            }
        }
    }
}
