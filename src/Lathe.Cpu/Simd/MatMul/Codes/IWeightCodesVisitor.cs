namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Something that is made once per block format, with the format as a type.</summary>
internal interface IWeightCodesVisitor<TResult>
{
    TResult Visit<TCodes>()
        where TCodes : struct, IWeightCodes;
}
