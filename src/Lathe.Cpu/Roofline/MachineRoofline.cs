namespace Lathe.Cpu.Roofline;

/// <summary>What the machine can do at best, measured: the denominators of every share that the benchmark prints.</summary>
/// <param name="Int8MultiplyAdds">8-bit multiply-adds per second, all threads.</param>
/// <param name="Int8Instruction">The instruction behind it.</param>
/// <param name="FloatMultiplyAdds">f32 multiply-adds per second, all threads.</param>
/// <param name="ReadBandwidth">Bytes per second that all threads read from memory together.</param>
/// <param name="ReadPattern">The access pattern that read fastest.</param>
public sealed record MachineRoofline(double Int8MultiplyAdds, string Int8Instruction, double FloatMultiplyAdds, double ReadBandwidth, string ReadPattern);
