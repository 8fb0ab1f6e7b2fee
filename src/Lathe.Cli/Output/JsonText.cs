using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lathe.Cli.Output;

/// <summary>JSON results on standard output.</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions s_indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(JsonNode node, bool indented = true)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, s_indented with { Indented = indented }))
        {
            node.WriteTo(writer);
        }

        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    public static void Print(JsonNode node) => Console.Out.WriteLine(Of(node));

    public static JsonArray Array(IEnumerable<JsonNode?> items) => new([.. items]);
}
