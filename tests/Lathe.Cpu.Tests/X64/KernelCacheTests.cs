using Lathe.Cpu.X64;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.Tests.X64;

public sealed class KernelCacheTests
{
    [Fact]
    public void A_kernel_that_is_known_is_not_compiled_again()
    {
        var written = 0;
        SnippetEmitter Emitter() => new("cache hit", _ => written++);
        var first = KernelCache.Get(Emitter());
        var hits = KernelCache.Hits;
        Assert.Same(first, KernelCache.Get(Emitter()));
        Assert.Equal(1, written);
        Assert.True(KernelCache.Hits > hits);
        Assert.Contains(first, KernelCache.Kernels);
        Assert.True(KernelCache.CompileTime > TimeSpan.Zero);
    }

    [Fact]
    public void Kernels_of_different_keys_are_different()
    {
        var first = KernelCache.Get(new SnippetEmitter("cache one", emitter => emitter.Code.mov(eax, 1)));
        var second = KernelCache.Get(new SnippetEmitter("cache two", emitter => emitter.Code.mov(eax, 2)));
        Assert.NotSame(first, second);
        Assert.Equal("cache one", first.Key);
        Assert.Contains("mov eax,1", first.Disassemble());
        Assert.Contains("mov eax,2", second.Disassemble());
    }

    [Fact]
    public async Task Many_that_ask_at_the_same_time_wait_for_one_compilation()
    {
        var written = 0;
        using var started = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        SnippetEmitter Emitter() => new("cache in flight", _ =>
        {
            Interlocked.Increment(ref written);
            started.Set();
            go.Wait(TestContext.Current.CancellationToken);
        });
        Task<MachineKernel>[] requests = [.. Enumerable.Range(0, 3).Select(_ => Task.Factory.StartNew(
            () => KernelCache.Get(Emitter()), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        started.Wait(TestContext.Current.CancellationToken);
        Assert.All(requests, request => Assert.False(request.IsCompleted));

        // Another key is compiled meanwhile.
        _ = KernelCache.Get(new SnippetEmitter("cache beside", _ => { }));
        go.Set();
        var kernels = await Task.WhenAll(requests);
        Assert.Equal(1, written);
        Assert.All(kernels, kernel => Assert.Same(kernels[0], kernel));
    }

    [Fact]
    public void A_kernel_that_does_not_compile_is_tried_once()
    {
        var tried = 0;
        SnippetEmitter Emitter() => new("cache failure", _ =>
        {
            tried++;
            throw new NotSupportedException("not here");
        });
        Assert.Equal("not here", Assert.Throws<NotSupportedException>(() => KernelCache.Get(Emitter())).Message);
        Assert.Equal("not here", Assert.Throws<NotSupportedException>(() => KernelCache.Get(Emitter())).Message);
        Assert.Equal(1, tried);
    }
}
