using System.IO.Enumeration;
using System.Text.Json;

namespace Lathe.Engine.Drift;

/// <summary>Limits of drift. <c>families</c> has an object of limits for each model family: they hold for all fast routes together, and for each that rounds its
/// inputs to few bits, whose ids <c>quantizing_routes</c> lists as patterns. <c>exact</c> has the limits of every other route by itself: those differ from
/// their references by the order of f32 sums only, and a limit that lets eight bits of noise through would not see them break.</summary>
public sealed class ThresholdsFile
{
    private readonly List<string> _quantizing = [];
    private readonly Dictionary<string, DriftThresholds> _families = [];
    private readonly string _name;

    private DriftThresholds? _exact;

    private ThresholdsFile(string name) => _name = name;

    /// <summary>The families that the file has limits for.</summary>
    public IReadOnlyCollection<string> Families => _families.Keys;

    /// <param name="json">The text of the file.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="FormatException">It is not a file of thresholds.</exception>
    public static ThresholdsFile Parse(string json, string name)
    {
        var file = new ThresholdsFile(name);
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("families", out var families) || families.ValueKind != JsonValueKind.Object)
            {
                throw new FormatException($"{name} has no object \"families\"");
            }

            foreach (var family in families.EnumerateObject())
            {
                file._families[family.Name] = ReadLimits(family, name);
            }

            foreach (var part in document.RootElement.EnumerateObject())
            {
                file.ReadPart(part);
            }
        }
        catch (JsonException exception)
        {
            throw new FormatException($"{name} is not JSON: {exception.Message}", exception);
        }

        return file;
    }

    /// <exception cref="FormatException">The file has no limits for the family.</exception>
    public DriftThresholds For(string family) => _families.TryGetValue(family, out var thresholds)
        ? thresholds
        : throw new FormatException($"{_name} has no thresholds for the family {family}, only for {string.Join(", ", _families.Keys)}");

    /// <summary>The limits of one fast route beside reference routes.</summary>
    /// <exception cref="FormatException">The file has no limits for the family.</exception>
    public DriftThresholds For(string family, string routeId) =>
        _exact is not null && !_quantizing.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, routeId)) ? _exact : For(family);

    private void ReadPart(JsonProperty part)
    {
        switch (part.Name)
        {
            case "families":
                break;
            case "exact":
                _exact = ReadLimits(part, _name);
                break;
            case "quantizing_routes" when part.Value.ValueKind == JsonValueKind.Array && part.Value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String):
                _quantizing.AddRange(part.Value.EnumerateArray().Select(item => item.GetString()!));
                break;
            default:
                throw new FormatException(
                    $"\"{part.Name}\" of {_name} is nothing that is known: expected \"families\" and \"exact\", which are objects, and \"quantizing_routes\", an array of patterns");
        }
    }

    private static DriftThresholds ReadLimits(JsonProperty family, string name)
    {
        if (family.Value.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"\"{family.Name}\" in {name} is not an object of limits");
        }

        var limits = DriftThresholds.None;
        foreach (var limit in family.Value.EnumerateObject())
        {
            if (limit.Value.ValueKind != JsonValueKind.Number)
            {
                throw new FormatException($"\"{limit.Name}\" of \"{family.Name}\" in {name} is not a number");
            }

            var value = limit.Value.GetDouble();
            limits = limit.Name switch
            {
                "relative_rms" => limits with { RelativeRms = value },
                "max_abs" => limits with { MaxAbs = value },
                "top20_max_abs" => limits with { Top20MaxAbs = value },
                "mean_kl" => limits with { MeanDivergence = value },
                "same_top" => limits with { SameTop = value },
                "top20_overlap" => limits with { Top20Overlap = value },
                _ => throw new FormatException(
                    $"\"{limit.Name}\" of \"{family.Name}\" in {name} is no limit: expected relative_rms, max_abs, top20_max_abs, mean_kl, same_top or top20_overlap"),
            };
        }

        return limits == DriftThresholds.None ? throw new FormatException($"\"{family.Name}\" in {name} has no limits") : limits;
    }
}
