using System.Collections.Frozen;

namespace Sluice.Workflows.Nodes;

/// <summary>A node type of n8n that there is none for here.</summary>
/// <param name="Type">n8n's name.</param>
/// <param name="Why">Why not, and what does its work instead.</param>
public sealed record ForeignType(string Type, string Why);

/// <summary>The node types of n8n's files that Sluice does not run, with the reason and the way around. What is here is said by the check and listed in the reference.</summary>
public static class ForeignTypes
{
    private const string Base = "n8n-nodes-base.";

    private const string LangChain = "@n8n/n8n-nodes-langchain.";

    /// <summary>By what they are about, then by name.</summary>
    public static IReadOnlyList<ForeignType> All { get; } =
    [
        Machine("executeCommand", "commands of the machine"),
        Machine("ftp", "FTP and SFTP servers"),
        Machine("git", "repositories on the machine's disk"),
        Machine("localFileTrigger", "files of the machine"),
        Machine("readBinaryFile", "files of the machine"),
        Machine("readBinaryFiles", "files of the machine"),
        Machine("readWriteFile", "files of the machine"),
        Machine("ssh", "other machines' shells"),
        Machine("writeBinaryFile", "files of the machine"),

        new(Base + "debugHelper", "makes test data for n8n's own tests; a code node can"),
        new(Base + "editImage", "images are not edited here; an image service answers http-request"),
        new(Base + "emailReadImap", "mailboxes are not read; a mail service that posts what comes in calls a webhook node"),
        new(Base + "evaluation", "n8n's evaluations of agents are not supported"),
        new(Base + "evaluationTrigger", "n8n's evaluations of agents are not supported"),
        new(Base + "n8n", "speaks with n8n's own API; Sluice's is reached by http-request at /api/v1"),
        new(Base + "n8nTrainingCustomerDatastore", "example data of n8n's course; a code node can give any"),
        new(Base + "n8nTrainingCustomerMessenger", "part of n8n's course only"),
        new(Base + "n8nTrigger", "tells of n8n's own start and of changes to workflows, which Sluice writes to its log and audit trail"),
        new(Base + "readPDF", "text is not read out of PDF files; a service that does answers http-request"),
        new(Base + "simulate", "pretends to be another node: pin data to that node"),
        new(Base + "totp", "one-time passwords are not made; a code node can (crypto node: HMAC SHA1)"),
        new(Base + "workflowTrigger", "tells of changes to n8n's own workflows, which Sluice writes to its log and audit trail"),
        new(Base + "dataTable", "n8n's own tables do not exist here: use sqlite or postgres"),

        Store("microsoftSql", "Microsoft SQL Server"), Store("mongoDb", "MongoDB"), Store("mySql", "MySQL"), Store("oracleDatabase", "Oracle"), Store("questDb", "QuestDB (it speaks PostgreSQL's protocol: the postgres node reaches it)"),
        Store("snowflake", "Snowflake"), Store("timescaleDb", "TimescaleDB (it is PostgreSQL: the postgres node reaches it)"), Store("crateDb", "CrateDB (it speaks PostgreSQL's protocol: the postgres node reaches it)"),
        Queue("amqp", "AMQP 1.0"), Queue("amqpTrigger", "AMQP 1.0"), Queue("kafka", "Kafka"), Queue("kafkaTrigger", "Kafka"), Queue("mqtt", "MQTT"), Queue("mqttTrigger", "MQTT"), Queue("redisTrigger", "Redis' published messages"),

        Google("gmail", "Gmail", "https://gmail.googleapis.com/gmail/v1"), Google("googleAnalytics", "Google Analytics", "https://analyticsdata.googleapis.com/v1beta"),
        Google("googleBigQuery", "BigQuery", "https://bigquery.googleapis.com/bigquery/v2"), Google("googleCalendar", "Google Calendar", "https://www.googleapis.com/calendar/v3"),
        Google("googleCloudStorage", "Google Cloud Storage", "https://storage.googleapis.com/storage/v1"), Google("googleContacts", "Google Contacts", "https://people.googleapis.com/v1"),
        Google("googleDocs", "Google Docs", "https://docs.googleapis.com/v1"), Google("googleDrive", "Google Drive", "https://www.googleapis.com/drive/v3"),
        Google("googleFirebaseCloudFirestore", "Firestore", "https://firestore.googleapis.com/v1"), Google("googleSlides", "Google Slides", "https://slides.googleapis.com/v1"),
        Google("googleTasks", "Google Tasks", "https://tasks.googleapis.com/tasks/v1"), Google("googleTranslate", "Google Translate", "https://translation.googleapis.com/language/translate/v2"),
        Google("youTube", "YouTube", "https://www.googleapis.com/youtube/v3"),

        Service("activeCampaign", "ActiveCampaign", "https://ACCOUNT.api-us1.com/api/3", "header"), Service("asana", "Asana", "https://app.asana.com/api/1.0", "bearer"),
        Service("awsLambda", "AWS Lambda", "https://lambda.REGION.amazonaws.com", "aws"), Service("awsSes", "Amazon SES", "https://email.REGION.amazonaws.com", "aws"),
        Service("awsSns", "Amazon SNS", "https://sns.REGION.amazonaws.com", "aws"), Service("awsSqs", "Amazon SQS", "https://sqs.REGION.amazonaws.com", "aws"),
        Service("awsTextract", "Amazon Textract", "https://textract.REGION.amazonaws.com", "aws"), Service("awsTranscribe", "Amazon Transcribe", "https://transcribe.REGION.amazonaws.com", "aws"),
        Service("baserow", "Baserow", "https://api.baserow.io/api", "header"), Service("bitly", "Bitly", "https://api-ssl.bitly.com/v4", "bearer"), Service("clickUp", "ClickUp", "https://api.clickup.com/api/v2", "header"),
        Service("coinGecko", "CoinGecko", "https://api.coingecko.com/api/v3", null), Service("deepL", "DeepL", "https://api.deepl.com/v2", "header"), Service("dropbox", "Dropbox", "https://api.dropboxapi.com/2", "oauth2"),
        Service("facebookGraphApi", "Facebook's Graph API", "https://graph.facebook.com", "query"), Service("freshdesk", "Freshdesk", "https://DOMAIN.freshdesk.com/api/v2", "basic-auth"), Service("ghost", "Ghost", "https://SITE/ghost/api", "header"),
        Service("hackerNews", "Hacker News", "https://hn.algolia.com/api/v1", null), Service("hunter", "Hunter", "https://api.hunter.io/v2", "query"), Service("intercom", "Intercom", "https://api.intercom.io", "bearer"),
        Service("jira", "Jira", "https://SITE.atlassian.net/rest/api/2", "basic-auth"), Service("linear", "Linear", "https://api.linear.app/graphql", "header"), Service("linkedIn", "LinkedIn", "https://api.linkedin.com", "oauth2"),
        Service("mailchimp", "Mailchimp", "https://DC.api.mailchimp.com/3.0", "basic-auth"), Service("mailgun", "Mailgun", "https://api.mailgun.net/v3", "basic-auth"), Service("mattermost", "Mattermost", "https://SERVER/api/v4", "bearer"),
        Service("microsoftExcel", "Excel", "https://graph.microsoft.com/v1.0/me/drive", "oauth2"), Service("microsoftOneDrive", "OneDrive", "https://graph.microsoft.com/v1.0/me/drive", "oauth2"),
        Service("microsoftOutlook", "Outlook", "https://graph.microsoft.com/v1.0/me", "oauth2"), Service("microsoftSharePoint", "SharePoint", "https://graph.microsoft.com/v1.0/sites", "oauth2"),
        Service("microsoftTeams", "Microsoft Teams", "https://graph.microsoft.com/v1.0/teams", "oauth2"), Service("microsoftToDo", "Microsoft To Do", "https://graph.microsoft.com/v1.0/me/todo", "oauth2"),
        Service("mondayCom", "monday.com", "https://api.monday.com/v2", "header"), Service("nasa", "NASA", "https://api.nasa.gov", "query"), Service("nextCloud", "Nextcloud", "https://SERVER/remote.php/dav", "basic-auth"),
        Service("nocoDb", "NocoDB", "https://app.nocodb.com/api/v2", "header"), Service("odoo", "Odoo", "https://SERVER/jsonrpc", null), Service("perplexity", "Perplexity", "https://api.perplexity.ai", "bearer"),
        Service("pipedrive", "Pipedrive", "https://api.pipedrive.com/v1", "query"), Service("pushover", "Pushover", "https://api.pushover.net/1", null), Service("quickbooks", "QuickBooks", "https://quickbooks.api.intuit.com/v3", "oauth2"),
        Service("reddit", "Reddit", "https://oauth.reddit.com", "oauth2"), Service("sendGrid", "SendGrid", "https://api.sendgrid.com/v3", "bearer"),
        Service("serviceNow", "ServiceNow", "https://INSTANCE.service-now.com/api", "basic-auth"), Service("shopify", "Shopify", "https://SHOP.myshopify.com/admin/api", "header"), Service("spotify", "Spotify", "https://api.spotify.com/v1", "oauth2"),
        Service("strapi", "Strapi", "https://SERVER/api", "bearer"), Service("strava", "Strava", "https://www.strava.com/api/v3", "oauth2"), Service("supabase", "Supabase", "https://PROJECT.supabase.co/rest/v1", "header"),
        Service("todoist", "Todoist", "https://api.todoist.com/rest/v2", "bearer"), Service("trello", "Trello", "https://api.trello.com/1", "query"), Service("twitter", "X", "https://api.x.com/2", "oauth2"),
        Service("typeform", "Typeform", "https://api.typeform.com", "bearer"), Service("webflow", "Webflow", "https://api.webflow.com/v2", "bearer"), Service("whatsApp", "WhatsApp", "https://graph.facebook.com/v20.0", "bearer"),
        Service("wooCommerce", "WooCommerce", "https://SHOP/wp-json/wc/v3", "basic-auth"), Service("wordpress", "WordPress", "https://SITE/wp-json/wp/v2", "basic-auth"), Service("xero", "Xero", "https://api.xero.com", "oauth2"),
        Service("zendesk", "Zendesk", "https://ACCOUNT.zendesk.com/api/v2", "basic-auth"), Service("zohoCrm", "Zoho CRM", "https://www.zohoapis.com/crm/v2", "oauth2"), Service("zoom", "Zoom", "https://api.zoom.us/v2", "oauth2"),
        Service("zulip", "Zulip", "https://SERVER/api/v1", "basic-auth"),

        new(LangChain + "agent", "AI agents are not supported: the openai node asks a model, a code or switch node acts on its answer"),
        new(LangChain + "chainLlm", "chains are not supported: the openai node (text, message) asks a model the same"),
        new(LangChain + "chainSummarization", "chains are not supported: the openai node can be asked for a summary"),
        new(LangChain + "chat", "n8n's own chat window does not exist here: answer with respond-to-webhook"),
        new(LangChain + "chatTrigger", "n8n's own chat window does not exist here: begin with a webhook node that takes {\"chatInput\": ..., \"sessionId\": ...}"),
        new(LangChain + "informationExtractor", "chains are not supported: the openai node can be asked for JSON"),
        new(LangChain + "mcpTrigger", "tools are not served to agents; a webhook node serves a program"),
        new(LangChain + "sentimentAnalysis", "chains are not supported: the openai node can be asked for one word, which a switch node reads"),
        new(LangChain + "textClassifier", "chains are not supported: the openai node can be asked for one word, which a switch node reads"),
        new(LangChain + "anthropic", "Anthropic has no node of its own: http-request at https://api.anthropic.com/v1 with a connection of the kind header"),
        new(LangChain + "googleGemini", "Gemini has no node of its own: http-request at https://generativelanguage.googleapis.com/v1beta with a connection of the kind header, or the openai node with its base URL"),
        new(LangChain + "ollama", "Ollama has no node of its own: the openai node with its base URL (http://SERVER:11434/v1)"),
    ];

    private static readonly FrozenDictionary<string, ForeignType> ByType = All.ToFrozenDictionary(t => t.Type, StringComparer.Ordinal);

    /// <summary>What families of types are told that are not listed one by one: how their names begin or end, what they are, and why they do not run.</summary>
    public static IReadOnlyList<(string Pattern, string What, string Why)> Families { get; } =
    [
        ("@n8n/n8n-nodes-langchain.*", "models, memories, vector stores, parsers and tools of agents", "is a part of an AI agent or chain, which are not supported: the openai node asks a model, http-request any other"),
        ("n8n-nodes-base.*Tool", "nodes as tools of agents", "is a tool of an AI agent, which are not supported; the node of the same name without 'Tool' may be"),
        ("n8n-nodes-base.*Trigger", "triggers of services", "is not registered with the service: give the service the address of a webhook node, or ask it on a schedule with http-request"),
        ("n8n-nodes-base.*", "nodes for services", "has no node here: what has an HTTP API is reached by http-request, with a connection for its authorisation"),
        ("everything else", "community nodes", "is a community node: packages of n8n do not run here; http-request, code or sub-workflows do what most of them do"),
    ];

    /// <summary>Why there is no node of a type that is not ours.</summary>
    public static string Why(string type)
    {
        if (ByType.TryGetValue(type, out var known)) return known.Why;
        var family = type.StartsWith(LangChain, StringComparison.Ordinal) ? 0
            : !type.StartsWith(Base, StringComparison.Ordinal) ? 4
            : type.EndsWith("Tool", StringComparison.Ordinal) ? 1
            : IsTrigger(type) ? 2 : 3;
        return Families[family].Why;
    }

    /// <summary>Whether a type that is not known begins runs, going by its name.</summary>
    public static bool IsTrigger(string type) => type.EndsWith("Trigger", StringComparison.Ordinal) || type is Base + "emailReadImap";

    private static ForeignType Machine(string name, string what) => new(Base + name, $"workflows do not reach {what}: put a service in front that http-request can call");

    private static ForeignType Store(string name, string what) => new(Base + name, $"there is no node for {what}{(what.Contains(':', StringComparison.Ordinal) ? "" : "; postgres and sqlite there are, and http-request for its HTTP API")}");

    private static ForeignType Queue(string name, string what) => new(Base + name, $"there is no node for {what}: rabbitmq and rabbitmq-trigger there are");

    private static ForeignType Google(string name, string service, string address) => Service(name, service, address, "oauth2");

    private static ForeignType Service(string name, string service, string address, string? connection) =>
        new(Base + name, $"{service} has no node of its own: http-request at {address}{(connection is null ? "" : $" with a connection of the kind {connection}")}");
}
