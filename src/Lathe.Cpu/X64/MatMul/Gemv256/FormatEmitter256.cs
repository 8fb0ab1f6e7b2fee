using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv256;

/// <summary>An emitter with 256-bit vectors that has a block format write its unpacking: what the format may use. Beside the vectors below these are rcx, rdx and
/// rsi. Everything is in VEX encoding, and so are the sixteen registers.</summary>
internal abstract class FormatEmitter256 : KernelEmitter
{
    private const int LastRegister = 15;

    private int _constants;

    /// <param name="level">What the code may use.</param>
    protected FormatEmitter256(X64Level level)
    {
        if (level is not (X64Level.Avx2 or X64Level.AvxVnni))
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, "Vectors of 256 bits are for AVX2 and AVX-VNNI.");
        }

        Level = level;
        Code.PreferVex = true;
    }

    /// <summary>Three vectors for the format to work with.</summary>
    public static AssemblerRegisterYMM Temporary0 => ymm8;

    /// <inheritdoc cref="Temporary0"/>
    public static AssemblerRegisterYMM Temporary1 => ymm9;

    /// <inheritdoc cref="Temporary0"/>
    public static AssemblerRegisterYMM Temporary2 => ymm10;

    public X64Level Level { get; }

    /// <summary>What is added to the codes of a <see cref="Groups32.Groups32Format.Signed"/> format: <c>vpdpbusd</c> wants them unsigned. <c>vpmaddubsw</c>
    /// could not add two products of unsigned codes of the full range without saturation, so there they stay signed.</summary>
    public int SignedOffset => SignedOffsetOf(Level);

    public static int SignedOffsetOf(X64Level level) => level == X64Level.AvxVnni ? 128 : 0;

    public Assembler Assembler => Code;

    /// <summary>Keeps a constant of 32 bytes in a register: up to three of the format, beside the emitter's two.</summary>
    public AssemblerRegisterYMM KeepConstant(AssemblerMemoryOperand constant)
    {
        var number = LastRegister - _constants++;
        if (number <= 10)
        {
            throw new InvalidOperationException($"{Key}: more constants than registers");
        }

        var register = Ymm(number);
        Code.vmovdqu(register, constant);
        return register;
    }

    /// <summary>A constant in memory.</summary>
    public AssemblerMemoryOperand InMemory<T>(params ReadOnlySpan<T> values)
        where T : unmanaged => Constant(values);

    /// <summary>32 bytes of one value in memory.</summary>
    public AssemblerMemoryOperand InMemoryRepeated<T>(T value)
        where T : unmanaged => Constant<T>([.. Enumerable.Repeat(value, 32 / System.Runtime.CompilerServices.Unsafe.SizeOf<T>())]);
}
