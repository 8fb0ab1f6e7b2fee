using Iced.Intel;

namespace Lathe.Cpu.X64.Attention;

/// <summary>An emitter of an online softmax in f32 whose scores are logarithms to base two.</summary>
internal abstract class SoftmaxEmitter : KernelEmitter
{
    /// <summary>2 to the power of a register, in its place. A result below the normal numbers would cost 200 cycles, so −∞ counts as −126 here.</summary>
    protected void Power(AssemblerRegisterZMM exponent, AssemblerRegisterZMM fraction, AssemblerRegisterZMM power) =>
        Power(exponent, fraction, power, PowerOfTwo.Fine);

    /// <param name="coefficients">One of <see cref="PowerOfTwo"/>'s polynomials.</param>
    /// <inheritdoc cref="Power(AssemblerRegisterZMM, AssemblerRegisterZMM, AssemblerRegisterZMM)"/>
    protected void Power(AssemblerRegisterZMM exponent, AssemblerRegisterZMM fraction, AssemblerRegisterZMM power, ReadOnlySpan<float> coefficients)
    {
        Code.vmaxps(exponent, exponent, Repeated(-126f));
        Code.vreduceps(fraction, exponent, PowerOfTwo.Fraction);
        Code.vmovups(power, Repeated(coefficients[^1]));
        for (var i = coefficients.Length - 2; i >= 0; i--)
        {
            Code.vfmadd213ps(power, fraction, Repeated(coefficients[i]));
        }

        Code.vscalefps(exponent, power, exponent);
    }

    /// <summary>The bounded score of e, the logarithm of e^(2x) for x = score / c to base two: <c>c · log2(e) · (1 − 2 / (2^e + 1))</c>.</summary>
    /// <param name="factor">c · log2(e) in all lanes.</param>
    protected void Cap(AssemblerRegisterZMM score, AssemblerRegisterZMM fraction, AssemblerRegisterZMM power, in AssemblerMemoryOperand factor)
    {
        Power(score, fraction, power);
        Code.vaddps(score, score, Repeated(1f));
        Code.vmovups(power, Repeated(2f));
        Code.vdivps(score, power, score);
        Code.vmovups(power, Repeated(1f));
        Code.vsubps(score, power, score);
        Code.vmulps(score, score, factor);
    }
}
