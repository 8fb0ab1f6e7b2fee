namespace Lathe.Formats.Gguf;

/// <summary>Models split over files named <c>NAME-00001-of-00003.gguf</c>. Each part is a GGUF file with a data section of its own and the keys
/// <c>split.no</c> (from 0) and <c>split.count</c>; <c>split.tensors.count</c> counts the tensors of all parts.</summary>
internal static class GgufSplit
{
    private const string NumberKey = "split.no";
    private const string CountKey = "split.count";
    private const string TensorCountKey = "split.tensors.count";

    // The format stores the count in 16 bits.
    private const long MostParts = ushort.MaxValue;

    /// <summary>Maps and parses the file and, if it is the first part of a split model, all others. What was mapped is in <paramref name="parts"/>
    /// even if this fails.</summary>
    public static void MapParts(string path, List<GgufPart> parts)
    {
        var first = MapPart(path, parts);
        long count = CountOf(first);
        if (count == 1)
        {
            return;
        }

        string prefix = RequireFirst(path, first, count);
        for (long number = 1; number < count; number++)
        {
            RequirePart(MapPart(NameOf(prefix, number, count), parts), number, count);
        }

        RequireTensorCount(first, parts);
    }

    /// <summary>Refuses a part of a split model where there is no place to look for the others.</summary>
    public static void RequireWhole(GgufPart part)
    {
        long count = CountOf(part);
        if (count != 1)
        {
            throw part.Metadata.Fail(CountKey, $"{count}", "a model in one piece");
        }
    }

    private static GgufPart MapPart(string path, List<GgufPart> parts)
    {
        var memory = GgufMemory.Map(path);
        try
        {
            var part = GgufParser.Parse(memory);
            parts.Add(part);
            return part;
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>How many parts there are. Tools that merge parts leave a count of 0 behind.</summary>
    private static long CountOf(GgufPart part)
    {
        if (!part.Metadata.TryGetInteger(CountKey, out long count) || count == 0)
        {
            return 1;
        }

        return count is > 0 and <= MostParts ? count : throw part.Metadata.Fail(CountKey, $"{count}", $"0 to {MostParts}");
    }

    /// <summary>Checks that a file is the first part, and returns its path without the numbers.</summary>
    private static string RequireFirst(string path, GgufPart part, long count)
    {
        long number = part.Metadata.GetInteger(NumberKey);
        string suffix = NameOf("", number, count);
        bool isNamedSo = path.EndsWith(suffix, StringComparison.Ordinal);
        string prefix = isNamedSo ? path[..^suffix.Length] : "";
        if (number != 0)
        {
            string firstPart = isNamedSo ? Path.GetFileName(NameOf(prefix, 0, count)) : $"the part whose name ends in {NameOf("", 0, count)}";
            throw part.Metadata.Fail(NumberKey, $"part {number + 1} of {count}", $"the first part: open {firstPart} instead");
        }

        if (!isNamedSo)
        {
            throw part.Metadata.Fail(
                CountKey, $"the first of {count} parts in a file of another name", $"a name that ends in {suffix}, from which the other parts are found");
        }

        return prefix;
    }

    private static void RequirePart(GgufPart part, long number, long count)
    {
        long foundNumber = part.Metadata.GetInteger(NumberKey);
        if (foundNumber != number)
        {
            throw part.Metadata.Fail(NumberKey, $"{foundNumber}", $"{number}");
        }

        long foundCount = part.Metadata.GetInteger(CountKey);
        if (foundCount != count)
        {
            throw part.Metadata.Fail(CountKey, $"{foundCount}", $"{count}, as in the first part");
        }
    }

    private static void RequireTensorCount(GgufPart first, List<GgufPart> parts)
    {
        long found = parts.Sum(part => (long)part.Tensors.Length);
        if (first.Metadata.TryGetInteger(TensorCountKey, out long expected) && expected != found)
        {
            throw first.Metadata.Fail(TensorCountKey, $"{expected}", $"{found}, as many as the parts hold");
        }
    }

    private static string NameOf(string prefix, long number, long count) => $"{prefix}-{number + 1:D5}-of-{count:D5}.gguf";
}
