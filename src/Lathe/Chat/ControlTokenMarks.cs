using System.Runtime.InteropServices;
using System.Text;
using Lathe.Formats.Tokenization;

namespace Lathe.Chat;

/// <summary>Keeps messages apart from the template around them. A mark goes before characters of a message with which a control token could
/// begin; the template carries it along, whether it trims, splits or upper-cases the message; and where it comes out, no control token
/// begins. A message without such characters stays as it is, so the template sees exactly what was said.</summary>
internal sealed class ControlTokenMarks
{
    private const char FirstPrivateUse = '\uE000';
    private const char LastPrivateUse = '\uF8FF';

    private readonly Dictionary<Rune, List<string>> _controlTexts = [];

    public ControlTokenMarks(Tokenizer tokenizer)
    {
        for (var token = 0; token < tokenizer.VocabularySize; token++)
        {
            var text = tokenizer.TokenText(token);
            if (tokenizer.IsControl(token) && !text.IsEmpty)
            {
                Rune.DecodeFromUtf8(text, out var first, out _);
                CollectionsMarshal.GetValueRefOrAddDefault(_controlTexts, first, out _) ??= [];
                _controlTexts[first].Add(Encoding.UTF8.GetString(text));
            }
        }
    }

    /// <summary>A private-use character that none of the texts has.</summary>
    /// <exception cref="NotSupportedException">They have them all.</exception>
    public static char Choose(IReadOnlyCollection<string> texts)
    {
        for (var mark = FirstPrivateUse; mark <= LastPrivateUse; mark++)
        {
            if (!texts.Any(text => text.Contains(mark)))
            {
                return mark;
            }
        }

        throw new NotSupportedException($"the messages use all of the private-use characters U+{(int)FirstPrivateUse:X} to U+{(int)LastPrivateUse:X}; at least one must be free");
    }

    /// <summary>The message with its marks.</summary>
    /// <param name="message">What was said.</param>
    /// <param name="mark">The mark.</param>
    /// <param name="wholeTokens">Marks only where the whole text of a control token stands, instead of every character that begins one. Then
    /// a template can still find, say, a &lt;/think&gt; and trim around it, but it might also put a control token together out of pieces.</param>
    public string Add(string message, char mark, bool wholeTokens)
    {
        var marked = new StringBuilder(message.Length);
        Span<char> buffer = stackalloc char[2];
        var position = 0;
        foreach (var character in message.EnumerateRunes())
        {
            var rest = message.AsMemory(position);
            if (_controlTexts.TryGetValue(character, out var texts)
                && (!wholeTokens || texts.Exists(text => rest.Span.StartsWith(text, StringComparison.Ordinal))))
            {
                marked.Append(mark);
            }

            marked.Append(buffer[..character.EncodeToUtf16(buffer)]);
            position += character.Utf16SequenceLength;
        }

        return marked.ToString();
    }

    /// <summary>The rendering without its marks.</summary>
    /// <param name="rendered">What the template made of marked messages.</param>
    /// <param name="mark">The mark.</param>
    /// <param name="plainAt">The offsets in the result at which a mark stood, ascending.</param>
    public static string Remove(string rendered, char mark, out int[] plainAt)
    {
        var text = new StringBuilder(rendered.Length);
        var offsets = new List<int>();
        foreach (var character in rendered)
        {
            if (character == mark)
            {
                offsets.Add(text.Length);
            }
            else
            {
                text.Append(character);
            }
        }

        plainAt = [.. offsets];
        return text.ToString();
    }
}
