using System.Net;
using Hub.Adapters.Channels.Push;

namespace Hub.Tests.Push;

public class AddressGuardTests
{
    [TestCase("8.8.8.8")]
    [TestCase("172.32.0.1")]
    [TestCase("2606:4700::1")]
    [TestCase("::ffff:8.8.8.8")]
    [TestCase("64:ff9b::808:808")]
    public void Allows_PublicAddress_Always(string address) => Assert.That(AddressGuard.Allows(IPAddress.Parse(address), allowPrivate: false));

    [TestCase("127.0.0.1")]
    [TestCase("127.255.0.1")]
    [TestCase("10.1.2.3")]
    [TestCase("172.16.0.1")]
    [TestCase("172.31.255.255")]
    [TestCase("192.168.1.1")]
    [TestCase("100.64.0.1")]
    [TestCase("169.254.169.254")]
    [TestCase("::1")]
    [TestCase("fd00:ec2::254")]
    [TestCase("fe80::1")]
    [TestCase("::ffff:127.0.0.1")]
    [TestCase("::ffff:169.254.169.254")]
    [TestCase("64:ff9b::a00:1")]
    [TestCase("2002:7f00:1::")]
    [TestCase("::127.0.0.1")]
    public void Allows_PrivateAddress_OnlyWhenPermitted(string address)
    {
        Assert.That(AddressGuard.Allows(IPAddress.Parse(address), allowPrivate: false), Is.False);
        Assert.That(AddressGuard.Allows(IPAddress.Parse(address), allowPrivate: true), Is.True);
    }

    [TestCase("0.0.0.0")]
    [TestCase("::")]
    [TestCase("224.0.0.1")]
    [TestCase("255.255.255.255")]
    [TestCase("ff02::1")]
    [TestCase("::ffff:0.0.0.0")]
    public void Allows_AddressOfNoHost_Never(string address) => Assert.That(AddressGuard.Allows(IPAddress.Parse(address), allowPrivate: true), Is.False);
}
