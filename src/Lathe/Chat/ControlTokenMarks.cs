using System.Text;
using Lathe.Formats.Tokenization;

namespace Lathe.Chat;

/// <summary>Keeps messages apart from the template around them. A mark goes before every character of a message with which a control token
/// could begin; the template carries it along, whether it trims, splits or upper-cases the message; and where it comes out, no control token
/// begins. A message without such characters stays as it is, so the template sees exactly what was said.</summary>
internal sealed class ControlTokenMarks
{
    private const char FirstPrivateUse = '\uE000';
    private const char LastPrivateUse = '\uF8FF';

    private readonly HashSet<Rune> _firstCharacters = [];

    public ControlTokenMarks(Tokenizer tokenizer)
    {
        for (var token = 0; token < tokenizer.VocabularySize; token++)
        {
            if (tokenizer.IsControl(token) && !tokenizer.TokenText(token).IsEmpty)
            {
                Rune.DecodeFromUtf8(tokenizer.TokenText(token), out var first, out _);
                _firstCharacters.Add(first);
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

    /// <summary>The message with a mark before every character that could begin a control token.</summary>
    public string Add(string message, char mark)
    {
        var marked = new StringBuilder(message.Length);
        Span<char> buffer = stackalloc char[2];
        foreach (var character in message.EnumerateRunes())
        {
            if (_firstCharacters.Contains(character))
            {
                marked.Append(mark);
            }

            marked.Append(buffer[..character.EncodeToUtf16(buffer)]);
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
