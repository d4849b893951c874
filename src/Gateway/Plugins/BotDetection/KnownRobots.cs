namespace Sluice.Gateway.Plugins.BotDetection;

/// <summary>
/// What tells the robots that Kong knows (those of the ua-parser project) from browsers: words that robots are called by, and names of robots and of
/// libraries that programs call with.
/// </summary>
internal static class KnownRobots
{
    /// <summary>All of them, most telling first.</summary>
    public static IReadOnlyList<UserAgentPattern> Patterns { get; } =
    [
        // "spider" and "crawl" in any case and any place; the other words with a version behind them.
        Pattern("[Ss][Pp][Ii][Dd][Ee][Rr]|[Cc][Rr][Aa][Ww][Ll]|[Ss]crape|(?:[Aa]rchiver|[Ii]ndexer|[Bb]ot)[/ ][0-9]"),
        Pattern(AnyOf(Names)),
        Pattern("""
            (?:favicon|\bYeti|jbot\b|^NING|^vortex|^voyager|^Zao)|Yandex\w|Accoona-[A-z]{1,30}-Agent|archive.{0,30}\.org_bot|IP2[a-z]{1,30}Bot|
            Microsoft .{0,30} Bot|WASALive.Bot|WeSEE:[A-z]|Xenu.?s? Link Sleuth|Xerka [A-z]{1,30}Bot
            """.ReplaceLineEndings("")),
        Pattern("""/(?:(?:Ant-)?Nutch|[A-z]+[Bb]ot|Axtaris|fetchurl|Isara|ShopSalad|Tailsweep)[ -][0-9]"""),
        Pattern($@"\b(?:{AnyOf(NamesWithVersion)}|Y!J-BR[A-Z])/[0-9]"),
        Pattern(@"(?:facebookexternalhit|NewRelicPinger)/[0-9]+\.[0-9]|Pingdom\.com_bot_version_[0-9]+\.[0-9]|Google.{0,50}/\+/web/snippet"),
        Pattern(@" PTST/[0-9]+\.?[0-9]+$|MSIE [0-9]+\.[0-9]+[a-z]?[0-9]?;.{0,200} MSIECrawler"),
        Pattern(@"\b(?:Boto3?|JetS3t|s3fs|aws-cli|aws-sdk-(?:cpp|go|java|nodejs|ruby2?|dotnet-(?:[0-9]{1,2}|core)))/[0-9]+\.[0-9]"),
        Pattern(AnyOf(Libraries) + "|unirest-(?:java|python|ruby|nodejs|php|net)"),
    ];

    /// <summary>What programs call with, when their makers did not say otherwise.</summary>
    private static string[] Libraries =>
    [
        "Apache-HttpClient", "Go-http-client", "Google-HTTP-Java-Client", "HttpMonitor", "JNLP", "Python-urllib", "TLSProber", "WinHTTP", "aihttp", "axios",
        "http%20client", "okhttp", "reqwest", "scalaj-http",
    ];

    private static string[] NamesWithVersion =>
    [
        "008", "Altresium", "Argus", "BaiduMobaider", "BoardReader", "DNSGroup", "DataparkSearch", "EDI", "Goodzer", "Grub", "INGRID", "Infohelfer", "LOOQ",
        "Nutch", "OgScrper", "PathDefender", "Peew", "PostPost", "Steeler", "VSE", "WebZIP", "YahooSeeker", "envolk", "sproose", "wminer",
    ];

    /// <summary>Names that need no version; those with one of the words above in them are not repeated.</summary>
    private static string[] Names =>
    [
        "123metaspider-Bot", "50.nu", "8bo Crawler Bot", "Aboundex", "AdsBot-Google", "AppEngine-Google", "Ask Jeeves", "BUbiNG", "BingPreview",
        "BlogBridge", "Bloglovin", "BoardReader Blog Indexer", "BoardReader Favicon Fetcher", "BotName/$BotVersion", "BotSeer", "Catchpoint", "Checklinks",
        "Daumoa", "Feed Seeker Bot", "Feedbin", "Finderbots", "Flamingo_SearchEngine", "FollowSite Bot", "Genieo", "GomezAgent", "Google SketchUp",
        "Googlebot", "HiddenMarket", "HooWWWer", "IconSurf", "Icarus6j", "IlTrovatore", "InfuzApp", "InternetArchive", "Job Roboter", "KaloogaBot",
        "Kraken", "Kurzor", "LEIA", "LesnikBot", "Linguee Bot", "LinkAider", "LinkedInBot", "Lite Bot", "Llaut", "MJ12bot", "Mail.RU_Bot",
        "Mediapartners-Google", "Mtps Feed Aggregation System", "Netvibes", "NewsGator", "Nutch", "Nymesis", "OOZBOT", "ObjectsSearch", "OgScrper",
        "Orbiter", "PagePeeker", "PagesInventory", "PaxleFramework", "Peeplo Screenshot Bot", "PlantyNet_WebRobot", "Pompos", "Qwantify", "Read%20Later",
        "Reaper", "RedCarpet", "Retreiver", "Riddler", "Rival IQ", "SEOstats", "Scrapy", "Scrubby", "SemrushBot", "SimplePie", "SimpleRSS", "Simpy",
        "SiteCat Webbot", "SiteCon", "Slack-ImgProxy", "Slackbot-LinkExpanding", "Slurp", "Squrl Java", "Stringer", "TheUsefulbot", "ThumbShotsBot",
        "Thumbshots.ru", "Tiny Tiny RSS", "Twitterbot", "URL2PNG", "Vagabondo", "VoilaBot", "Votay bot", "WIRE", "Web-sniffer", "WebThumb", "WhatWeb",
        "WhatsApp", "WordPress", "Wotbox", "Yahoo! Slurp", "YahooSeeker", "YodaoBot", "YottaaMonitor", "Yowedo", "ZeBot_www.ze.bz", "ZooShot", "ZyBorg",
        "altavista", "archiver", "bingbot", "blitzbot", "boitho.com-dc", "Charlotte", "charlotte", "clumboot", "findlinks", "furlbot", "gigabot", "gonzo1",
        "grub-client", "heritrix", "holmes", "htdig", "ia_archiver", "ichiro", "larbin", "lycos", "masidani_bot", "masscan", "mogimogi", "mozDex", "msnbot",
        "msrbot", "netresearch", "scooter", "searchsight", "seekbot", "semanticdiscovery", "snappy", "www.almaden.ibm.com", "yacy",
    ];

    private static string AnyOf(IEnumerable<string> names) => string.Join('|', names.Select(n => System.Text.RegularExpressions.Regex.Escape(n)));

    private static UserAgentPattern Pattern(string pattern) => UserAgentPattern.TryCompile(pattern, out _)!;
}
