namespace Lathe.Formats.Tokenization.PreTokenizers;

/// <summary>
/// The known pre-tokenisers: the regular expressions that the models' publishers give in their tokenizer.json, as data.
/// A new pre-tokeniser is a new line in <see cref="s_definitions"/>.
/// </summary>
internal static class PreTokenizerCatalog
{
    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string Punctuation = @" ?[^\s\p{L}\p{N}]+[\r\n]*";
    private const string WhiteSpace = @"\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Digit = @"\p{N}";
    private const string LineBreak = @"[\r\n]";

    private const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    private const string Llama3 = Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|" + Punctuation + "|" + WhiteSpace;
    private const string Qwen2 = Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|" + Punctuation + "|" + WhiteSpace;
    private const string Qwen35 = Contractions + @"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|" + WhiteSpace;

    // Words begin anew where the case goes up: any capitals, then at least one small letter, or the other way round.
    private const string UpperCase = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]";
    private const string LowerCase = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]";
    private const string CasedTail = @" ?[^\s\p{L}\p{N}]+[\r\n/]*|" + WhiteSpace;
    private const string O200k =
        @"[^\r\n\p{L}\p{N}]?" + UpperCase + "*" + LowerCase + "+" + Contractions + "?|" +
        @"[^\r\n\p{L}\p{N}]?" + UpperCase + "+" + LowerCase + "*" + Contractions + @"?|\p{N}{1,3}|" + CasedTail;

    private const string Tekken =
        @"[^\r\n\p{L}\p{N}]?" + UpperCase + "*" + LowerCase + "+|" +
        @"[^\r\n\p{L}\p{N}]?" + UpperCase + "+" + LowerCase + @"*|\p{N}|" + CasedTail;

    // The cased letters as DeepSeek LLM lists them; later versions of Unicode know more.
    private const string DeepSeekLetters =
        @"A-Za-z\u{B5}\u{C0}-\u{D6}\u{D8}-\u{F6}\u{F8}-\u{1BA}\u{1BC}-\u{1BF}\u{1C4}-\u{293}\u{295}-\u{2AF}" +
        @"\u{370}-\u{373}\u{376}\u{377}\u{37B}-\u{37D}\u{37F}\u{386}\u{388}-\u{38A}\u{38C}\u{38E}-\u{3A1}\u{3A3}-\u{3F5}" +
        @"\u{3F7}-\u{481}\u{48A}-\u{52F}\u{531}-\u{556}\u{10A0}-\u{10C5}\u{13A0}-\u{13F5}\u{13F8}-\u{13FD}" +
        @"\u{1C90}-\u{1CBA}\u{1CBD}-\u{1CBF}\u{1D00}-\u{1D2B}\u{1D6B}-\u{1D77}\u{1D79}-\u{1D9A}\u{1E00}-\u{1F15}" +
        @"\u{1F18}-\u{1F1D}\u{1F20}-\u{1F45}\u{1F48}-\u{1F4D}\u{1F50}-\u{1F57}\u{1F59}\u{1F5B}\u{1F5D}\u{1F5F}-\u{1F7D}" +
        @"\u{1F80}-\u{1FB4}\u{1FB6}-\u{1FBC}\u{1FBE}\u{1FC2}-\u{1FC4}\u{1FC6}-\u{1FCC}\u{1FD0}-\u{1FD3}\u{1FD6}-\u{1FDB}" +
        @"\u{1FE0}-\u{1FEC}\u{1FF2}-\u{1FF4}\u{1FF6}-\u{1FFC}\u{2102}\u{2107}\u{210A}-\u{2113}\u{2115}\u{2119}-\u{211D}" +
        @"\u{2124}\u{2126}\u{2128}\u{212A}-\u{212D}\u{212F}-\u{2134}\u{2139}\u{213C}-\u{213F}\u{2145}-\u{2149}\u{214E}" +
        @"\u{2183}\u{2184}\u{2C00}-\u{2C7B}\u{2C7E}-\u{2CE4}\u{2CEB}-\u{2CEE}\u{2CF2}\u{2CF3}\u{A640}-\u{A66D}" +
        @"\u{A680}-\u{A69B}\u{A722}-\u{A76F}\u{A771}-\u{A787}\u{A78B}-\u{A78E}\u{AB70}-\u{ABBF}\u{FB00}-\u{FB06}" +
        @"\u{FB13}-\u{FB17}\u{FF21}-\u{FF3A}\u{FF41}-\u{FF5A}\u{10400}-\u{1044F}\u{104B0}-\u{104D3}\u{104D8}-\u{104FB}" +
        @"\u{10C80}-\u{10CB2}\u{10CC0}-\u{10CF2}\u{118A0}-\u{118DF}\u{1E900}-\u{1E943}";

    private const string DeepSeekSymbols = @"!-/:-~\u{FF01}-\u{FF0F}\u{FF1A}-\u{FF5E}\u{2018}-\u{201F}\u{3000}-\u{3002}";
    private const string DeepSeekCjk = @"[\u{4E00}-\u{9FA5}\u{800}-\u{4E00}\u{AC00}-\u{D7FF}]+";
    private const string DeepSeekV3Cjk = @"[\u{4E00}-\u{9FA5}\u{3040}-\u{309F}\u{30A0}-\u{30FF}]+";
    private const string DeepSeekV3 =
        @"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|" + WhiteSpace;

    private const string FalconPunctuation = @"[\p{P}\$\+<=>\^~\|`]+";
    private const string Bloom = @" ?[^(\s|.,!?\u{2026}\u{3002}\u{FF0C}\u{3001}\u{964}\u{6D4}\u{60C})]+";

    private static readonly PreTokenizerDefinition[] s_definitions =
    [
        new("gpt-2", ["phi-2", "olmo", "jais", "jina-es", "jina-de", "jina-v2-es", "jina-v2-de", "gigachat", "a.x-4.0", "mellum", "exaone4",
            "trillion", "granite-docling"], Gpt2),
        new("mpt", [], Gpt2),
        new("llama-bpe", ["llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2"], Llama3) { IgnoreMerges = true, AddBos = true },
        new("dbrx", ["smaug-bpe", "chatglm-bpe", "glm4"], Llama3),
        new("qwen2", ["deepseek-r1-qwen", "stablelm2", "hunyuan", "megrez", "kormo", "f2llmv2", "grok-2", "solar-open"], Qwen2),
        new("qwen35", [], Qwen35),
        new("gpt-4o", ["llama4", "kanana2", "talkie", "minimax-m2"], O200k),
        new("tekken", [], Tekken) { IgnoreMerges = true, AddBos = true },
        new("deepseek-llm", [], LineBreak, @"\s?[" + DeepSeekLetters + "]+", @"\s?[" + DeepSeekSymbols + "]+", @"\s+$", DeepSeekCjk, @"\p{N}+"),
        new("deepseek-coder", [], LineBreak, @"\s?\p{L}+", @"\s?\p{P}+", DeepSeekCjk, Digit),
        new("deepseek-v3", ["joyai-llm", "hunyuan-dense", "hy_v4"], @"\p{N}{1,3}", DeepSeekV3Cjk, DeepSeekV3),
        new("smollm", ["codeshell", "exaone", "minerva-7b", "mellum2"], Digit, Gpt2),
        new("command-r", [], Digit, Gpt2),
        new("starcoder", [], Digit, Gpt2),
        new("refact", [], Digit, Gpt2),
        new("falcon", [], FalconPunctuation, Gpt2, "[0-9][0-9][0-9]"),
        new("bloom", ["gpt3-finnish", "poro-chat"], Bloom),
        new("viking", [], Bloom, Digit),
    ];

    /// <summary>Every name and alias, in the table's order.</summary>
    public static IEnumerable<string> Names => s_definitions.SelectMany(definition => definition.Aliases.Prepend(definition.Name));

    /// <summary>The definition with this name or alias.</summary>
    /// <exception cref="TokenizerException">The name is not in the table.</exception>
    public static PreTokenizerDefinition Find(string name) =>
        Array.Find(s_definitions, definition => definition.Name == name || definition.Aliases.Contains(name))
        ?? throw new TokenizerException($"The pre-tokeniser '{name}' is not known; known ones are {string.Join(", ", Names)}.");
}
