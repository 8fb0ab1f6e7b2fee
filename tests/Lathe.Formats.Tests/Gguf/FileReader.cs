using Lathe.Formats.Gguf;

namespace Lathe.Formats.Tests.Gguf;

/// <summary>Reads all that an accepted file offers, as its users would: every metadata value, every array element, both ends of every tensor.</summary>
internal static unsafe class FileReader
{
    /// <returns>A sum over what was read, so that no read can be left out.</returns>
    public static long ReadAll(GgufFile file)
    {
        long sum = file.Version + file.Alignment + file.FileSize;
        foreach (string key in file.Metadata.Keys)
        {
            sum += ReadValue(file.Metadata, key);
        }

        foreach (var tensor in file.Tensors)
        {
            sum += tensor.Data[0] + tensor.Data[tensor.ByteSize - 1] + tensor.Shape.ElementCount;
        }

        return sum;
    }

    private static long ReadValue(GgufMetadata metadata, string key)
    {
        switch (metadata.TypeOf(key))
        {
            case GgufValueType.String:
                return metadata.GetString(key).Length;
            case GgufValueType.Boolean:
                return metadata.GetBoolean(key) ? 1 : 0;
            case GgufValueType.Array:
                return ReadArray(metadata.GetArray(key));
            default:
                return BitConverter.DoubleToInt64Bits(metadata.GetNumber(key));
        }
    }

    private static long ReadArray(GgufArray array)
    {
        long sum = 0;
        for (int i = 0; i < array.Count; i++)
        {
            switch (array.ElementType)
            {
                case GgufValueType.String:
                    var bytes = array.GetUtf8(i);
                    sum += bytes.Length + (bytes.IsEmpty ? 0 : bytes[0] + bytes[^1]);
                    break;
                case GgufValueType.Boolean:
                    sum += array.GetBoolean(i) ? 1 : 0;
                    break;
                default:
                    sum += BitConverter.DoubleToInt64Bits(array.GetNumber(i));
                    break;
            }
        }

        return sum;
    }
}
