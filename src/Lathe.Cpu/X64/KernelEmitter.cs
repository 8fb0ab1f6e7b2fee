using System.Runtime.InteropServices;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64;

/// <summary>Writes one kernel as machine code: a function of one pointer to its arguments. Subclasses write the body; what the calling conventions
/// of Windows and of everybody else ask for, the stack frame and the pool of constants are written here.</summary>
/// <remarks>The body may use every register but <c>rsp</c>; the argument arrives in <c>rbx</c>.</remarks>
internal abstract class KernelEmitter
{
    private const int FrameAlignment = 64;
    private const int FirstSavedXmm = 6, LastSavedXmm = 15;

    private static readonly AssemblerRegister64[] s_saved = [rbx, rbp, r12, r13, r14, r15];
    private static readonly AssemblerRegister64[] s_savedOnWindows = [.. s_saved, rsi, rdi];

    private readonly List<(Label Label, byte[] Bytes)> _constants = [];

    /// <summary>The kernel's name and every value that is baked into it: equal keys mean equal code.</summary>
    public abstract string Key { get; }

    /// <remarks>EVEX where an instruction has both forms: only it reaches registers 16-31. Emitters for processors without AVX-512 turn that round.</remarks>
    protected Assembler Code { get; } = new(64) { PreferVex = false };

    /// <summary>Where the argument pointer arrives.</summary>
    protected static AssemblerRegister64 Arguments => rbx;

    /// <summary>Bytes of 64-byte aligned memory that the body finds at <c>[rsp]</c>.</summary>
    protected virtual int FrameBytes => 0;

    /// <summary>The code with its constants behind it.</summary>
    /// <param name="codeBytes">Bytes of the code alone.</param>
    public byte[] Assemble(out int codeBytes)
    {
        Enter();
        Body();
        Leave();
        var end = Code.CreateLabel();
        Code.Label(ref end);
        Code.nop();
        foreach (var (label, bytes) in _constants)
        {
            var place = label;
            Code.Label(ref place);
            Code.db(bytes);
        }

        using var stream = new MemoryStream();
        var result = Code.Assemble(new StreamCodeWriter(stream), 0, BlockEncoderOptions.ReturnNewInstructionOffsets);
        codeBytes = (int)result.GetLabelRIP(end);
        return stream.ToArray();
    }

    protected abstract void Body();

    /// <summary>A constant as a memory operand of <paramref name="bytes"/>' width. It is not aligned.</summary>
    protected AssemblerMemoryOperand Constant(byte[] bytes)
    {
        foreach (var (known, content) in _constants)
        {
            if (content.AsSpan().SequenceEqual(bytes))
            {
                return Operand(known, bytes.Length);
            }
        }

        var label = Code.CreateLabel();
        _constants.Add((label, bytes));
        return Operand(label, bytes.Length);
    }

    protected AssemblerMemoryOperand Constant<T>(params ReadOnlySpan<T> values)
        where T : unmanaged => Constant(MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>64 bytes of the same value.</summary>
    protected AssemblerMemoryOperand Repeated<T>(T value)
        where T : unmanaged
    {
        var bytes = new byte[64];
        MemoryMarshal.Cast<byte, T>(bytes.AsSpan()).Fill(value);
        return Constant(bytes);
    }

    private static AssemblerMemoryOperand Operand(Label label, int bytes) => bytes switch
    {
        4 => __dword_ptr[label],
        8 => __qword_ptr[label],
        16 => __xmmword_ptr[label],
        32 => __ymmword_ptr[label],
        64 => __zmmword_ptr[label],
        _ => throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "A constant is 4, 8, 16, 32 or 64 bytes."),
    };

    private void Enter()
    {
        foreach (var register in OperatingSystem.IsWindows() ? s_savedOnWindows : s_saved)
        {
            Code.push(register);
        }

        Code.mov(Arguments, OperatingSystem.IsWindows() ? rcx : rdi);

        // The frame is aligned; above it, where rsp was is kept in its last eight bytes.
        Code.mov(rbp, rsp);
        Code.sub(rsp, FrameAlignment + FrameBytes + (OperatingSystem.IsWindows() ? 16 * (LastSavedXmm - FirstSavedXmm + 1) : 0));
        Code.and(rsp, -FrameAlignment);
        Code.mov(__[rsp + OldStackOffset], rbp);
        if (OperatingSystem.IsWindows())
        {
            for (var i = FirstSavedXmm; i <= LastSavedXmm; i++)
            {
                Code.vmovaps(__[rsp + SavedXmmOffset(i)], Xmm(i));
            }
        }
    }

    private void Leave()
    {
        if (OperatingSystem.IsWindows())
        {
            for (var i = FirstSavedXmm; i <= LastSavedXmm; i++)
            {
                Code.vmovaps(Xmm(i), __[rsp + SavedXmmOffset(i)]);
            }
        }

        Code.mov(rsp, __[rsp + OldStackOffset]);
        foreach (var register in (OperatingSystem.IsWindows() ? s_savedOnWindows : s_saved).Reverse())
        {
            Code.pop(register);
        }

        Code.vzeroupper();
        Code.ret();
    }

    private int OldStackOffset => FrameBytes;

    private int SavedXmmOffset(int register) => FrameBytes + 16 + (16 * (register - FirstSavedXmm));

    protected static AssemblerRegisterXMM Xmm(int number) => new(Register.XMM0 + number);

    protected static AssemblerRegisterYMM Ymm(int number) => new(Register.YMM0 + number);

    protected static AssemblerRegisterZMM Zmm(int number) => new(Register.ZMM0 + number);
}
