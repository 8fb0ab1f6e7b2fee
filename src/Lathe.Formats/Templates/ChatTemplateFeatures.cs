namespace Lathe.Formats.Templates;

/// <summary>What a chat template can express. It is not guessed from the template's source but found out by rendering small conversations:
/// a word that stands in one place of a conversation either reaches the prompt or does not.</summary>
public sealed record ChatTemplateFeatures
{
    private const string Word = "zyxword";
    private const string CallId = "call00001";

    private static readonly TemplateValue s_user = Message("user", "Hello");
    private static readonly string[] s_reasoningFields = ["reasoning_content", "reasoning", "thinking"];

    private static readonly (string Name, TemplateValue First, TemplateValue Second)[] s_thinkingSwitches =
    [
        ("enable_thinking", true, false),
        ("thinking", true, false),
        ("reasoning_effort", "low", "high"),
    ];

    private ChatTemplateFeatures()
    {
    }

    /// <summary>Why the template refuses a conversation of one user message; null if it takes it.</summary>
    public string? Refusal { get; private init; }

    /// <summary>A system message reaches the prompt.</summary>
    public bool System { get; private init; }

    /// <summary>The tools that the model may call reach the prompt.</summary>
    public bool Tools { get; private init; }

    /// <summary>The calls that the assistant made reach the prompt.</summary>
    public bool ToolCalls { get; private init; }

    /// <summary>What a tool answered to a call reaches the prompt, and so does the call.</summary>
    public bool ToolResults { get; private init; }

    /// <summary>The field of an assistant's message from which its reasoning reaches the prompt, such as <c>reasoning_content</c>; null if none does.</summary>
    public string? ReasoningField { get; private init; }

    /// <summary>The variable that decides whether or how long the model thinks, such as <c>enable_thinking</c>; null if the template has none.</summary>
    public string? ThinkingSwitch { get; private init; }

    /// <summary>Finds out what a template can express; takes some dozen small renderings.</summary>
    public static ChatTemplateFeatures Of(ChatTemplate template)
    {
        ArgumentNullException.ThrowIfNull(template);
        TryRender(template, Conversation(s_user), out _, out var refusal);
        var toolCalls = Calls(Word).Any(call => Reaches(WithTools(s_user, call)));
        return new ChatTemplateFeatures
        {
            Refusal = refusal,
            System = Reaches(Conversation(Message("system", Word), s_user)),
            Tools = Reaches(Conversation(s_user) with { Tools = TemplateValue.FromList([Tool(Word)]) }),
            ToolCalls = toolCalls,
            ToolResults = toolCalls && Calls("weather").Any(call => Reaches(WithTools(s_user, call, Message("tool", Word, ("name", "weather"), ("tool_call_id", CallId))))),
            ReasoningField = Array.Find(s_reasoningFields, KeepsReasoning),
            ThinkingSwitch = Array.Find(s_thinkingSwitches, it => Rendering(With(it.Name, it.First)) != Rendering(With(it.Name, it.Second))).Name,
        };

        bool Reaches(ChatTemplateInput input) => Rendering(input)?.Contains(Word, StringComparison.Ordinal) ?? false;

        string? Rendering(ChatTemplateInput input) => TryRender(template, input, out var text, out _) ? text : null;

        // Many templates keep the reasoning of the current turn only: where a call of a tool is still to be answered, or where the text ends.
        bool KeepsReasoning(string field) =>
            Reaches(Conversation(s_user, Message("assistant", "Hi", (field, Word))) with { AddGenerationPrompt = false })
            || Calls("weather", (field, Word)).Any(call => Reaches(WithTools(s_user, call, Message("tool", "Sun", ("name", "weather"), ("tool_call_id", CallId)))));
    }

    private static bool TryRender(ChatTemplate template, ChatTemplateInput input, out string text, out string? refusal)
    {
        try
        {
            (text, refusal) = (template.Render(input), null);
            return true;
        }
        catch (TemplateException exception)
        {
            (text, refusal) = ("", exception.Message);
            return false;
        }
    }

    // Some templates write the token texts down without asking whether there are any.
    private static ChatTemplateInput Conversation(params TemplateValue[] messages) =>
        new() { Messages = TemplateValue.FromList(messages), BosToken = "", EosToken = "" };

    private static ChatTemplateInput WithTools(params TemplateValue[] messages) =>
        Conversation(messages) with { Tools = TemplateValue.FromList([Tool("weather")]) };

    private static ChatTemplateInput With(string variable, TemplateValue value) =>
        Conversation(s_user) with { Extra = new Dictionary<string, TemplateValue> { [variable] = value } };

    /// <summary>An assistant's call, with arguments as an object and as the text of one: templates expect either.</summary>
    private static IEnumerable<TemplateValue> Calls(string tool, params (string, TemplateValue)[] fields) =>
        from arguments in new[] { Dict(("city", "Bern")), """{"city": "Bern"}""" }
        let call = Dict(("id", CallId), ("type", "function"), ("function", Dict(("name", tool), ("arguments", arguments))))
        select Message("assistant", "", [("tool_calls", TemplateValue.FromList([call])), .. fields]);

    private static TemplateValue Tool(string name)
    {
        var city = Dict(("type", "string"), ("description", "Where."));
        var parameters = Dict(("type", "object"), ("properties", Dict(("city", city))), ("required", TemplateValue.FromList(["city"])));
        return Dict(("type", "function"), ("function", Dict(("name", name), ("description", "The weather."), ("parameters", parameters))));
    }

    private static TemplateValue Message(string role, string content, params (string, TemplateValue)[] fields) =>
        Dict([("role", role), ("content", content), .. fields]);

    private static TemplateValue Dict(params (string Key, TemplateValue Value)[] entries) =>
        TemplateValue.FromDict(entries.Select(entry => KeyValuePair.Create(entry.Key, entry.Value)));
}
