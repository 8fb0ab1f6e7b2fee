using Lathe.Formats.Gguf;

namespace Lathe.Formats.Synthesis;

/// <summary>A tensor that is going to be written.</summary>
public sealed record SyntheticTensor(string Name, GgmlType Type, TensorShape Shape, TensorContent Content)
{
    public long ByteSize => GgmlTypeInfo.Of(Type).ByteSize(Shape);
}
