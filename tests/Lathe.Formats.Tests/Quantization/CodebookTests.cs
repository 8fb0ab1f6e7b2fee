using System.Security.Cryptography;
using Lathe.Formats.Quantization;

namespace Lathe.Formats.Tests.Quantization;

/// <summary>The recorded blocks touch a part of each codebook only; these digests, taken of the published tables, cover every point.</summary>
public sealed unsafe class CodebookTests
{
    [Fact]
    public void Iq2Xxs() => AssertTable("05826B5D3E472A3A78F196BE62AC78ACF81DF0F909626E12AB9FA2A5D490DD54", Iq2XxsGrid.Points, 256 * 8);

    [Fact]
    public void Iq2Xs() => AssertTable("06E47AACA60B4DC1D9B5A3F34540437058A6B142B4D7A59D5DED769B4D1BF1DE", Iq2XsGrid.Points, 512 * 8);

    [Fact]
    public void Iq2S() => AssertTable("E1AA1473412B0552C2174C30EF22AB4073F6A181B85A17056E8249BD2932FD88", Iq2SGrid.Points, 1024 * 8);

    [Fact]
    public void Iq3Xxs() => AssertTable("46E35F5A997EFDEE6C99CE57854C8A0D4F0FF8CA57E5E8A60C0793EA580ACF5D", Iq3XxsGrid.Points, 256 * 4);

    [Fact]
    public void Iq3S() => AssertTable("BD1AF4945A1717C65610B0284E4628B9A1BA3B306FAE3A06F6E5F597356E349F", Iq3SGrid.Points, 512 * 4);

    [Fact]
    public void Iq1S() => AssertTable("07540FFC1AEAF6AD4D97E96B0FCC765AAE39671D4AE4A27BBD0E796FDE167C6A", (byte*)Iq1SGrid.Points, 2048 * 8);

    [Fact]
    public void EverySignSetHasAnEvenNumberOfMinusSigns()
    {
        for (int seven = 0; seven < 128; seven++)
        {
            string bits = GridSigns.WithParity(seven).ToString("b8");

            Assert.Equal(seven.ToString("b7"), bits[1..]);
            Assert.Equal(0, bits.Count(bit => bit == '1') % 2);
        }
    }

    private static void AssertTable(string sha256, byte* points, int bytes)
    {
        Assert.Equal(0, (int)((nuint)points % 64));
        Assert.Equal(sha256, Convert.ToHexString(SHA256.HashData(new ReadOnlySpan<byte>(points, bytes))));
    }
}
