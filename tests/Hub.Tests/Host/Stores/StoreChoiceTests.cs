using Hub.Adapters.Stores.PostgreSql;
using Hub.Host.Composition;
using Hub.Host.Composition.Stores;

namespace Hub.Tests.Host.Stores;

[TestFixture]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class StoreChoiceTests
{
    private const string Local = "postgres:Host=127.0.0.1;Database=hub;Username=hub_app";
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hub-store-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Choose_NothingSaid_IsEmbeddedAndRemembersNothing()
    {
        var choice = StoreChoice.Choose(_folder, new StoreRequest());
        Assert.That((choice.IsShared, choice.Memory, choice.Node.Length > 0), Is.EqualTo((false, (StoreMemory?)null, true)));
    }

    [TestCase("postgres:Host=127.0.0.1;Database=hub;Username=u")]
    [TestCase("postgres:Host=localhost;Port=5433;Database=hub;Username=u")]
    [TestCase("postgres:Host=localhost:5433;Database=hub;Username=u")]
    [TestCase("postgres:Host=[::1]:5433;Database=hub;Username=u")]
    [TestCase("postgres:Host=/run/postgresql;Database=hub;Username=u")]
    [TestCase("postgres:Host=db.example;Database=hub;Username=u;SSL Mode=VerifyFull")]
    [TestCase("postgres:Host=a.example,b.example:5433;Database=hub;Username=u;SSL Mode=VerifyFull;Target Session Attributes=primary")]
    [TestCase("sqlserver:Server=.;Database=hub;User Id=u;Encrypt=false")]
    [TestCase("sqlserver:Server=db.example,1434;Database=hub;User Id=u")]
    [TestCase("sqlserver:Server=db.example;Database=hub;Integrated Security=true")]
    [TestCase("sqlite")]
    public void Choose_GoodStore_HasNoMistakes(string store) => Assert.That(Mistakes(new StoreRequest { Store = store }), Is.Empty);

    [TestCase("mysql:Host=x", "postgres:")]
    [TestCase("postgres:", "Host=")]
    [TestCase("postgres:Host=127.0.0.1;Username=u", "Database=")]
    [TestCase("postgres:Host=127.0.0.1;Database=hub", "Username=")]
    [TestCase("postgres:Host=db.example;Database=hub;Username=u", "SSL Mode=VerifyFull")]
    [TestCase("postgres:Host=db.example;Database=hub;Username=u;SSL Mode=Require", "SSL Mode=VerifyFull")]
    [TestCase("postgres:Host=db.example;Database=hub;Username=u;SSL Mode=VerifyCA", "Root Certificate")]
    [TestCase("postgres:Host=127.0.0.1,db.example;Database=hub;Username=u;Target Session Attributes=primary", "db.example")]
    [TestCase("postgres:Host=/a,/b;Database=hub;Username=u", "Target Session Attributes=primary")]
    [TestCase("postgres:Host=127.0.0.1;Database=hub;Username=u;Include Error Detail=true", "Include Error Detail")]
    [TestCase("postgres:Host=127.0.0.1;Database=hub;Username=u;Root Certificate=/nowhere/ca.pem", "/nowhere/ca.pem")]
    [TestCase("postgres:Host=127.0.0.1;Database=hub;Username=u;Password=geheim", "--store-file")]
    [TestCase("postgres:Nonsense=1", "no connection string")]
    [TestCase("sqlserver:Server=db.example;Nonsense=1", "no connection string")]
    [TestCase("sqlserver:", "Server=")]
    [TestCase("sqlserver:Server=.;User Id=u", "Database=")]
    [TestCase("sqlserver:Server=.;Database=hub", "User Id=")]
    [TestCase("sqlserver:Server=db.example;Database=hub;User Id=u;Encrypt=false", "db.example")]
    [TestCase("sqlserver:Server=db.example;Database=hub;User Id=u;TrustServerCertificate=true", "db.example")]
    [TestCase("sqlserver:Server=.;Database=hub;User Id=u;Persist Security Info=true", "Persist Security Info")]
    [TestCase("sqlserver:Server=.;Database=hub;User Id=u;Password=geheim", "--store-file")]
    public void Choose_BadStore_SaysWhatToWrite(string store, string advice)
    {
        var mistakes = Mistakes(new StoreRequest { Store = store });
        Assert.That(mistakes, Has.Some.Contains(advice));
        Assert.That(string.Join('\n', mistakes), Does.Not.Contain("geheim"));
    }

    [TestCase("postgres:Host=127.0.0.1;Database=hub;Username=u;Port=geheim")]
    [TestCase("postgres:Host=127.0.0.1;Password='geheim")]
    [TestCase("postgres:geheim")]
    [TestCase("sqlserver:geheim")]
    [TestCase("sqlserver:Server=.;Database=hub;User Id=u;Password=ge;geheim=1")]
    [TestCase("postgres:Host=127.0.0.1;Database=hub;Username=u;Password=ge;geheim=1")]
    public void Choose_UnreadableConnection_NeverRepeatsIt(string store)
    {
        var mistakes = Mistakes(new StoreRequest { File = Secret(store) });
        Assert.That(mistakes, Is.Not.Empty);
        Assert.That(string.Join('\n', mistakes), Does.Not.Contain("geheim"));
    }

    [Test]
    public void Choose_FileOfTheOwner_IsTakenWithItsPassword()
    {
        var choice = StoreChoice.Choose(_folder, new StoreRequest { File = Secret(Local + ";Password=geheim\n") });
        Assert.That(choice.Primary!.HasPassword);
        Assert.That(choice.Primary.ToString(), Does.Not.Contain("geheim").And.Contain("hub_app"));
        Assert.That(choice.Memory, Is.EqualTo(new StoreMemory("postgres", "hub", null, Path.Combine(_folder, "secret"), null, null)));
    }

    [TestCase(UnixFileMode.GroupRead)]
    [TestCase(UnixFileMode.OtherRead)]
    [TestCase(UnixFileMode.GroupWrite)]
    public void Choose_FileThatOthersReach_Refuses(UnixFileMode too)
    {
        var file = Secret(Local);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | too);
        Assert.That(Mistakes(new StoreRequest { File = file }), Has.Some.Contains("chmod 600"));
    }

    [Test]
    public void Choose_StoreAndFile_Contradict() =>
        Assert.That(Mistakes(new StoreRequest { Store = Local, File = Secret(Local) }), Has.Some.Contains("contradict"));

    [Test]
    public void Choose_AfterItWasRemembered_NeedsNoOptions()
    {
        StoreChoice.Choose(_folder, new StoreRequest { Store = Local, Replica = "postgres:Host=::1;Port=5433", Node = "hub-1" }).Memory!.Write(_folder);
        var choice = StoreChoice.Choose(_folder, new StoreRequest());
        Assert.That((choice.Node, ((PostgreSqlTarget)choice.Primary!).Hosts[0], ((PostgreSqlTarget)choice.Replica!).Hosts[0], choice.Replica.Database), Is.EqualTo(("hub-1", "127.0.0.1", "::1", "hub")));
        Assert.That(File.GetUnixFileMode(Path.Combine(_folder, StoreMemory.Name)), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [TestCase("sqlite")]
    [TestCase("postgres:Host=127.0.0.1;Database=other;Username=hub_app")]
    public void Choose_AnotherStoreThanRemembered_Refuses(string other)
    {
        StoreChoice.Choose(_folder, new StoreRequest { Store = Local }).Memory!.Write(_folder);
        Assert.That(Mistakes(new StoreRequest { Store = other }), Has.Some.Contains(StoreMemory.Name));
    }

    [Test]
    public void Choose_OtherHostOfTheSameDatabase_IsRememberedAnew()
    {
        StoreChoice.Choose(_folder, new StoreRequest { Store = Local }).Memory!.Write(_folder);
        StoreChoice.Choose(_folder, new StoreRequest { Store = Local.Replace("127.0.0.1", "localhost", StringComparison.Ordinal) }).Memory!.Write(_folder);
        Assert.That(((PostgreSqlTarget)StoreChoice.Choose(_folder, new StoreRequest()).Primary!).Hosts, Is.EqualTo(new[] { "localhost" }));
    }

    [Test]
    public void Choose_DatabaseOnAFolderWithSqlite_SaysHowToMove()
    {
        File.WriteAllText(Path.Combine(_folder, "hub.db"), "");
        Assert.That(Mistakes(new StoreRequest { Store = Local }), Has.Some.Contains("hub store copy"));
    }

    [Test]
    public void Choose_DamagedMemory_IsAMistakeAndNoCrash()
    {
        File.WriteAllText(Path.Combine(_folder, StoreMemory.Name), "{\"kind\":");
        Assert.That(Mistakes(new StoreRequest()), Has.Count.EqualTo(1));
    }

    [TestCase("hub 1")]
    [TestCase("")]
    [TestCase("a/b")]
    public void Choose_ImpossibleNodeName_Refuses(string name) =>
        Assert.That(Mistakes(new StoreRequest { Store = Local, Node = name }), Has.Count.EqualTo(1));

    [Test]
    public void Choose_NodeOrReplicaOfTheEmbeddedStore_Refuses() =>
        Assert.That(Mistakes(new StoreRequest { Node = "hub-1", Replica = "postgres:Host=::1" }), Has.Count.EqualTo(2));

    [Test]
    public void Mistakes_OfTheNode_HoldThoseOfItsStore() =>
        Assert.That(new NodeOptions { DataDirectory = _folder, Listen = new Uri("http://0.0.0.0:1"), Store = new StoreRequest { Store = "x" } }.Mistakes(), Has.Count.EqualTo(2));

    private string Secret(string text)
    {
        var file = Path.Combine(_folder, "secret");
        File.WriteAllText(file, text);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    private List<string> Mistakes(StoreRequest request)
    {
        List<string> mistakes = [];
        StoreChoice.Choose(_folder, request, mistakes);
        return mistakes;
    }
}
