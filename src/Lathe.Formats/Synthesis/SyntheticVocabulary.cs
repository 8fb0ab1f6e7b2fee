using Lathe.Formats.Gguf;

namespace Lathe.Formats.Synthesis;

/// <summary>A vocabulary without training: the 256 bytes, one pair of them (readers ask for at least one merge), then fillers
/// <c>&lt;|tN|&gt;</c> up to the size, the last two of which begin and end a text.</summary>
internal static class SyntheticVocabulary
{
    private const int NormalToken = 1;
    private const int ControlToken = 3;
    private const int Bytes = 256;

    public static void Write(GgufWriter writer, ModelPreset preset)
    {
        var tokens = new string[preset.Vocabulary];
        var types = new int[preset.Vocabulary];
        var (bos, eos) = (preset.Vocabulary - 2, preset.Vocabulary - 1);
        var shifted = 0;
        for (var i = 0; i < tokens.Length; i++)
        {
            tokens[i] = i switch
            {
                < Bytes => LetterOf(i, ref shifted).ToString(),
                Bytes => "\u0120t",
                _ when i == bos => "<|begin_of_text|>",
                _ when i == eos => "<|end_of_text|>",
                _ => $"<|t{i}|>",
            };
            types[i] = i >= bos ? ControlToken : NormalToken;
        }

        writer.Add("tokenizer.ggml.model", "gpt2");
        writer.Add("tokenizer.ggml.pre", preset.PreTokenizer);
        writer.AddArray("tokenizer.ggml.tokens", tokens);
        writer.AddArray<int>("tokenizer.ggml.token_type", types);
        writer.AddArray("tokenizer.ggml.merges", ["\u0120 t"]);
        writer.Add("tokenizer.ggml.bos_token_id", (uint)bos);
        writer.Add("tokenizer.ggml.eos_token_id", (uint)eos);
        writer.Add("tokenizer.ggml.add_bos_token", preset.AddsBos);
    }

    /// <summary>The letter that stands for a byte in GPT-2 vocabularies: itself where it prints, otherwise the next unused one from U+0100 on.</summary>
    private static char LetterOf(int value, ref int shifted) =>
        value is (>= 0x21 and <= 0x7E) or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)value : (char)(0x100 + shifted++);
}
