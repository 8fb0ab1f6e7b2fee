namespace Lathe.Formats.Tokenization;

/// <summary>
/// What each token is for: the file's own statements, and the corrections that published files need because a converter lost a token's
/// type or never stored a role. Tokens are recognised by their text.
/// </summary>
internal sealed class TokenRoles
{
    /// <summary>Texts that end a turn, the most specific first.</summary>
    private static readonly string[] s_endOfTurn =
    [
        "<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|endoftext|>", "<|end_of_text|>", "<EOT>", "_<EOT>", "[EOT]",
        "<｜end▁of▁sentence｜>", "<end_of_utterance>",
    ];

    /// <summary>Texts after which generation stops, whatever type the file gives them.</summary>
    private static readonly string[] s_endOfGeneration =
    [
        .. s_endOfTurn, EndOfMessage, Return, Call, "<|calls|>", "<|flush|>", "[EOS]", "<eos>", "<turn|>", "<|tool_response>", "[e~[",
    ];

    /// <summary>The same, but only for tokens that are no plain text: markup has them too, or they are for filling in code.</summary>
    private static readonly string[] s_endOfGenerationUnlessText =
    [
        "</s>", "<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>",
        "<|file_sep|>",
    ];

    /// <summary>The structure of a Harmony message, which whoever reads the text must see.</summary>
    private static readonly string[] s_rendered = ["<|start|>", "<|channel|>", "<|constrain|>", "<|message|>"];

    /// <summary>Even in vocabularies whose special tokens take the white space behind them these do not.</summary>
    private static readonly string[] s_leavingSpace = ["<unk>", "<s>", "<|endoftext|>"];

    private const string EndOfMessage = "<|eom_id|>";
    private const string End = "<|end|>";
    private const string Return = "<|return|>";
    private const string Call = "<|call|>";

    private readonly TokenIndex _texts;
    private readonly TokenType[] _types;
    private readonly HashSet<int> _endOfGeneration = [];
    private readonly HashSet<int> _rendered = [];
    private readonly HashSet<int> _takingSpace = [];

    /// <param name="vocabulary">A vocabulary whose lengths and ids have been checked.</param>
    /// <param name="texts">Its tokens by their text.</param>
    /// <param name="defaults">The roles that the kind of tokenizer gives where the file is silent.</param>
    public TokenRoles(TokenizerVocabulary vocabulary, TokenIndex texts, SpecialTokenIds defaults)
    {
        _texts = texts;
        _types = vocabulary.Types.ToArray();
        if (_types.Length == 0)
        {
            _types = new TokenType[vocabulary.Tokens.Count];
            Array.Fill(_types, TokenType.Normal);
        }

        var ids = vocabulary.SpecialTokens;
        Ids = ids with
        {
            Bos = ids.Bos ?? defaults.Bos,
            Eos = ids.Eos ?? defaults.Eos,
            Eot = ids.Eot ?? Find(s_endOfTurn),
            Eom = ids.Eom ?? Find(EndOfMessage),
            Unknown = ids.Unknown ?? defaults.Unknown,
            Separator = ids.Separator ?? defaults.Separator,
            Padding = ids.Padding ?? defaults.Padding,
            Mask = ids.Mask ?? defaults.Mask,
        };
        FindEndOfGeneration();
        FindRendered();
        if (vocabulary.SpecialTokensTakeSpace)
        {
            FindTakingSpace();
        }
    }

    public SpecialTokenIds Ids { get; }

    /// <summary>The tokens after which a model has said what it had to say.</summary>
    public IReadOnlySet<int> EndOfGeneration => _endOfGeneration;

    public TokenType TypeOf(int token) => _types[token];

    /// <summary>True for a control token that adds its own text nevertheless.</summary>
    public bool IsRendered(int token) => _rendered.Contains(token);

    /// <summary>True for a token that takes the white space behind it.</summary>
    public bool TakesSpace(int token) => _takingSpace.Contains(token);

    private void FindEndOfGeneration()
    {
        foreach (var text in s_endOfGeneration)
        {
            if (Find(text) is { } token)
            {
                _endOfGeneration.Add(token);
                _types[token] = TokenType.Control;
            }
        }

        foreach (var text in s_endOfGenerationUnlessText)
        {
            if (Find(text) is { } token && _types[token] == TokenType.Control)
            {
                _endOfGeneration.Add(token);
            }
        }

        foreach (var id in (ReadOnlySpan<int?>)[Ids.Eos, Ids.Eot, Ids.Eom])
        {
            if (id is { } token)
            {
                _endOfGeneration.Add(token);
            }
        }

        // Harmony messages end in <|end|> without the turn ending: more messages may follow until <|return|> or <|call|>.
        if (Find(End) is { } end && ((Find(Return) is not null && Find(Call) is not null) || (Find("<|flush|>") is not null && Find("<|calls|>") is not null)))
        {
            _endOfGeneration.Remove(end);
            _rendered.Add(end);
        }
    }

    private void FindRendered()
    {
        foreach (var text in s_rendered)
        {
            if (Find(text) is { } token)
            {
                _rendered.Add(token);
            }
        }
    }

    private void FindTakingSpace()
    {
        for (var token = 0; token < _types.Length; token++)
        {
            if (_types[token] is TokenType.Control or TokenType.UserDefined or TokenType.Unknown)
            {
                _takingSpace.Add(token);
            }
        }

        foreach (var text in s_leavingSpace)
        {
            if (Find(text) is { } token)
            {
                _takingSpace.Remove(token);
            }
        }
    }

    private int? Find(params ReadOnlySpan<string> texts)
    {
        foreach (var text in texts)
        {
            if (_texts.TryFind(System.Text.Encoding.UTF8.GetBytes(text), out var token))
            {
                return token;
            }
        }

        return null;
    }
}
