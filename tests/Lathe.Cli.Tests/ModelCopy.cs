using Lathe.Formats.Gguf;

namespace Lathe.Cli.Tests;

/// <summary>A model file that differs from another one in some entries.</summary>
internal static class ModelCopy
{
    /// <summary>Writes a copy of a model with other texts in its metadata.</summary>
    /// <param name="source">The model to copy.</param>
    /// <param name="path">Where to write.</param>
    /// <param name="without">Tensors that are left out.</param>
    /// <param name="texts">Metadata that replaces what the model has, or adds to it.</param>
    public static string Write(string source, string path, string[]? without = null, params (string Key, string Text)[] texts)
    {
        using var file = GgufFile.Open(source);
        var writer = new GgufWriter();
        foreach (var key in file.Metadata.Keys.Except(texts.Select(text => text.Key)))
        {
            writer.Copy(key, file.Metadata);
        }

        foreach (var (key, text) in texts)
        {
            writer.Add(key, text);
        }

        foreach (var tensor in file.Tensors.Where(tensor => without?.Contains(tensor.Name) != true))
        {
            writer.Copy(tensor);
        }

        writer.Write(path);
        return path;
    }
}
