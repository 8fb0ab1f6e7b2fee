using Lathe.Formats.Gguf;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Makes something out of a block format that is known by its type argument.</summary>
internal interface IWeightCodesVisitor<TResult>
{
    TResult Visit<TCodes>(GgmlType type)
        where TCodes : struct, IWeightCodes;
}
