using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul;

/// <summary>Asks for the weights that a row needs some steps later, a line at a time between the instructions of this step.</summary>
/// <remarks>The hardware alone reads slower. Where all lines of a step are asked for at once, some of the requests find no free buffer and are lost: Zen 5 read Q8_0, five lines a step, a tenth
/// slower so. Past the end of the weights it is harmless.</remarks>
/// <param name="code">Where the instructions go.</param>
/// <param name="row">Address of this step's weights.</param>
/// <param name="stepBytes">Bytes of a step.</param>
/// <param name="distance">Bytes from what is read to what is asked for.</param>
internal sealed class LinesAhead(Assembler code, AssemblerMemoryOperand row, int stepBytes, int distance)
{
    public const int LineBytes = 64;

    private int _asked;

    public void AskForOne()
    {
        if (_asked < stepBytes)
        {
            code.prefetcht0(__byte_ptr[row + (distance + _asked)]);
            _asked += LineBytes;
        }
    }

    public void AskForRest()
    {
        while (_asked < stepBytes)
        {
            AskForOne();
        }
    }
}
