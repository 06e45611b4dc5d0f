//! Made-up text of the kinds that are scanned most: C, C++, Java, Go, minified JavaScript, lock files and logs. It is written
//! by code from everyday words, always the same, and holds no credential.
//!
//! What it is for: an anchor that is rare among names and values of services may be an everyday word of programs. It does
//! not imitate a language well enough to be compiled, only well enough to have its words where programs have them.

use std::fmt::Write as _;

/// Bytes of each kind, at least.
const BYTES_MIN: usize = 128 * 1024;

/// Writes a piece of one kind.
type Write = fn(&mut Writer);

/// The kinds with their texts: a path that tells the kind, and the text.
pub(crate) fn texts() -> Vec<(&'static str, String)> {
    let kinds: [(&'static str, Write); 7] = [
        ("made-up/table.c", c),
        ("made-up/table.cc", cpp),
        ("made-up/Table.java", java),
        ("made-up/table.go", go),
        ("made-up/table.min.js", script),
        ("made-up/package-lock.json", lock),
        ("made-up/service.log", log),
    ];
    let text = |(number, (path, write)): (usize, (&'static str, Write))| {
        let mut writer = Writer {
            state: 0x9e37_79b9_7f4a_7c15 ^ number as u64,
            out: String::new(),
            words: WORDS.split_whitespace().collect(),
            prose: PROSE.split_whitespace().collect(),
        };
        while writer.out.len() < BYTES_MIN {
            write(&mut writer);
        }
        (path, writer.out)
    };
    kinds.into_iter().enumerate().map(text).collect()
}

/// Words that names in programs are made of; among them those that services are called by, or that stand near credentials.
const WORDS: &str = "\
    access account add address admin alloc api app append array assert async atom attr auth author base batch \
    begin bind bit block blob bool box branch buffer build bytes cache call cancel cert chain channel char check \
    checksum child cipher class client clone close cluster code column commit compare compact config connect const \
    consul content context cookie copy core count create credential crypt current cursor data database date debug \
    decode default delete deploy desc device digest dir disk display domain driver drone edge element email empty \
    encode encrypt end entry env error event exec export factory fetch field file filter flag flow flush font \
    format frame free func gate get git global grant graph group handle hash head header height helper hex hook \
    host http id image index info init input insert instance int integer item iter job join json key kind label \
    last layer length level license line linear link list load local lock log login loop mail main make manifest \
    map mask master match max member memory merge message meta method min mode model module mutex name nonce node \
    notion null number object offset okta open option order output owner package page param parent parse pass \
    password path pattern peer plan pointer policy pool port post prefix private process profile project proxy \
    public push query queue quota range rate read realm record redis ref region register release remote render \
    replica request reset resource response result retry return role root route row rule run scan schema scope \
    secret sector seed segment select send sentry server service session set shard share sign signature size skip \
    slack slot snapshot socket sort source split square stack stage start state static status stop storage store \
    stream string stripe struct subject suffix switch sync system table tag target task team template temp tenant \
    test text thread time title token trace transfer tree trigger type unique unit update upload url user username \
    util uuid valid value vault vector version view volume wait webhook width window word worker write zone";

/// Words that comments and messages are made of besides.
const PROSE: &str = "\
    the of a is to and in if this that not for must be when with are by we it has from only no then before after \
    each all may will was should here so";

const HEX: &[u8] = b"0123456789abcdef";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Draws words and writes what is made of them.
struct Writer {
    state: u64,
    out: String,
    words: Vec<&'static str>,
    prose: Vec<&'static str>,
}

impl Writer {
    /// A number below `limit`: an xorshift generator, which is random enough for prose.
    fn below(&mut self, limit: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state % limit as u64) as usize
    }

    fn word(&mut self) -> &'static str {
        let at = self.below(self.words.len());
        self.words[at]
    }

    /// Two or three words with underscores.
    fn snake(&mut self) -> String {
        let count = 1 + self.below(3);
        (0..count).map(|_| self.word()).collect::<Vec<_>>().join("_")
    }

    /// The same in camel case.
    fn camel(&mut self) -> String {
        let mut name = self.word().to_owned();
        for _ in 0..self.below(3) {
            name += &self.title();
        }
        name
    }

    fn title(&mut self) -> String {
        let word = self.word();
        word[..1].to_uppercase() + &word[1..]
    }

    fn titles(&mut self) -> String {
        let first = self.title();
        first + &self.title()
    }

    fn prose(&mut self, words: usize) -> String {
        let mut text = Vec::with_capacity(words);
        for _ in 0..words {
            let at = self.below(2 * self.prose.len());
            let word = self.prose.get(at).copied();
            text.push(word.unwrap_or_else(|| self.word()));
        }
        text.join(" ")
    }

    fn digits(&mut self, alphabet: &[u8], count: usize) -> String {
        (0..count).map(|_| char::from(alphabet[self.below(alphabet.len())])).collect()
    }
}

/// Writes lines; a text that grows cannot fail to.
macro_rules! put {
    ($writer:expr, $($arg:tt)*) => {{
        let text = format!($($arg)*);
        let _ = writeln!($writer.out, "{text}");
    }};
}

fn c(w: &mut Writer) {
    let (name, kind) = (w.snake(), w.snake());
    put!(w, "/* {}. */", w.prose(12));
    put!(w, "#define {}_{} 0x{}", name.to_uppercase(), w.word().to_uppercase(), w.digits(HEX, 8));
    put!(
        w,
        "static int {name}(struct {kind} *{}, const char *{}, size_t {}_len)\n{{",
        w.word(),
        w.word(),
        w.word()
    );
    put!(
        w,
        "\tstruct {kind} {} = {{ .{} = NULL, .{} = {} }};",
        w.snake(),
        w.word(),
        w.word(),
        w.below(900)
    );
    for _ in 0..4 {
        put!(w, "\tif ({}->{} && !strcmp({}, \"{}\"))", w.word(), w.snake(), w.snake(), w.word());
        put!(
            w,
            "\t\t{} = {}({}, &{}->{}[{}]);",
            w.snake(),
            w.snake(),
            w.word(),
            w.word(),
            w.snake(),
            w.below(64)
        );
    }
    put!(w, "\tpr_err(\"%s: {} %d\\n\", __func__, {}->{});", w.prose(5), w.word(), w.word());
    put!(w, "\treturn {}({}, {});\n}}\n", w.snake(), w.word(), w.snake());
}

fn cpp(w: &mut Writer) {
    let (class, method) = (w.titles(), w.titles());
    put!(w, "// {}.\n// {}: {}", w.prose(11), w.title(), w.prose(8));
    put!(w, "template <typename {}, class {}>", w.title(), w.title());
    put!(
        w,
        "Status {class}::{method}(const {}& {}, std::string* {}) {{",
        w.titles(),
        w.snake(),
        w.word()
    );
    put!(w, "  std::unique_ptr<{}> {}({}_->New{}());", w.titles(), w.word(), w.word(), w.titles());
    for _ in 0..3 {
        put!(w, "  if (!{}.ok() || {}->{}() == {}) {{", w.word(), w.word(), w.word(), w.below(99));
        put!(
            w,
            "    {}.{}({}, {}::k{}, \"{}\");",
            w.snake(),
            w.word(),
            w.snake(),
            w.titles(),
            w.titles(),
            w.word()
        );
        put!(w, "  }} else if ({}_options.{} != nullptr) {{", w.word(), w.snake());
        put!(
            w,
            "    ASSERT_OK({}->{}(Slice({}), &{}));\n  }}",
            w.word(),
            w.title(),
            w.word(),
            w.snake()
        );
    }
    put!(
        w,
        "  {{\"{}\", {{offsetof(struct {}, {}), OptionType::k{}}}}},",
        w.snake(),
        w.titles(),
        w.snake(),
        w.title()
    );
    put!(
        w,
        "  return Status::{}(\"{}: \" + {}.ToString());\n}}\n",
        w.titles(),
        w.prose(4),
        w.snake()
    );
}

fn java(w: &mut Writer) {
    let (class, field) = (w.titles(), w.camel());
    put!(w, "import org.{}.{}.{};", w.word(), w.word(), class);
    put!(w, "/**\n * {}.\n * @param {} {}\n */", w.prose(10), w.camel(), w.prose(5));
    put!(w, "@{}(name = \"{}\", value = {{\"{}\"}})", w.title(), w.camel(), w.word());
    put!(w, "public class {class} extends Abstract{} implements {} {{", w.titles(), w.titles());
    put!(
        w,
        "  private static final String {} = \"{}.{}\";",
        w.snake().to_uppercase(),
        w.word(),
        w.camel()
    );
    put!(w, "  private final Map<String, {}> {field} = new HashMap<>();", w.titles());
    put!(w, "  public {} get{}(String {}) {{", w.titles(), w.titles(), w.camel());
    put!(
        w,
        "    this.{} = {}.get{}().{}({});",
        w.camel(),
        w.camel(),
        w.titles(),
        w.camel(),
        w.camel()
    );
    put!(w, "    logger.debug(\"{} {{}}\", {});", w.prose(4), w.camel());
    put!(
        w,
        "    return {}.builder().{}({}).{}(\"{}\").build();\n  }}\n}}\n",
        w.titles(),
        w.camel(),
        w.camel(),
        w.camel(),
        w.word()
    );
}

fn go(w: &mut Writer) {
    let (kind, method) = (w.titles(), w.titles());
    put!(w, "// {kind} {}.\ntype {kind} struct {{", w.prose(9));
    for _ in 0..3 {
        put!(
            w,
            "\t{} *{} `json:\"{},omitempty\" yaml:\"{}\"`",
            w.titles(),
            w.titles(),
            w.snake(),
            w.camel()
        );
    }
    put!(
        w,
        "}}\n\nfunc ({} *{kind}) {method}(ctx context.Context, {} string) (*{}, error) {{",
        w.word(),
        w.camel(),
        w.titles()
    );
    put!(
        w,
        "\t{}, err := {}.{}(ctx, {}.{{{}: {}}})",
        w.camel(),
        w.word(),
        w.titles(),
        w.word(),
        w.title(),
        w.camel()
    );
    put!(
        w,
        "\tif err != nil {{\n\t\treturn nil, fmt.Errorf(\"{} %q: %w\", {}, err)\n\t}}",
        w.prose(4),
        w.camel()
    );
    put!(
        w,
        "\t{} := map[string]string{{\"{}\": \"{}\", \"{}\": {}.{}}}",
        w.camel(),
        w.snake(),
        w.word(),
        w.camel(),
        w.word(),
        w.titles()
    );
    put!(w, "\treturn &{}{{{}: {}}}, nil\n}}\n", w.titles(), w.title(), w.camel());
}

/// One long line, with names of a letter and keys in full.
fn script(w: &mut Writer) {
    let letters = b"abcdefghijklmnopqrstuvwxyz";
    let short = |w: &mut Writer| w.digits(letters, 1);
    let (a, b, d) = (short(w), short(w), short(w));
    let number = w.below(9999);
    let text = format!(
        "{number}:function({a},{b},{d}){{\"use strict\";{d}.d({b},\"{}\",(function(){{return {}}}));var {}={a}.{}||{d}({}),{}={{{}:!0,{}:\"{}\",\
         {}:{a}.{}}};{a}.exports=function({b}){{return {b}.{}&&{b}.{}(\"{}\")?{d}.{}({{{}:{b},{}:null}}):void 0}}}},",
        w.camel(),
        short(w),
        short(w),
        w.camel(),
        w.below(999),
        short(w),
        w.camel(),
        w.camel(),
        w.word(),
        w.camel(),
        w.camel(),
        w.camel(),
        w.camel(),
        w.prose(2),
        w.camel(),
        w.camel(),
        w.camel(),
    );
    w.out.push_str(&text);
}

/// Entries as npm, Cargo and Go write them.
fn lock(w: &mut Writer) {
    let (name, version) = (
        format!("{}-{}", w.word(), w.word()),
        format!("{}.{}.{}", w.below(9), w.below(30), w.below(9)),
    );
    put!(w, "    \"node_modules/@{}/{name}\": {{\n      \"version\": \"{version}\",", w.word());
    put!(w, "      \"resolved\": \"https://npm.example/{name}/-/{name}-{version}.tgz\",");
    put!(w, "      \"integrity\": \"sha512-{}==\",", w.digits(BASE64, 86));
    put!(
        w,
        "      \"dependencies\": {{ \"{}-{}\": \"^{}.0.{}\" }}\n    }},",
        w.word(),
        w.word(),
        w.below(9),
        w.below(9)
    );
    put!(
        w,
        "[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"registry+https://crates.example/index\""
    );
    put!(w, "checksum = \"{}\"\n", w.digits(HEX, 64));
    put!(w, "{}.example/{}/{name} v{version} h1:{}=", w.word(), w.word(), w.digits(BASE64, 43));
    put!(
        w,
        "{}.example/{}/{name} v{version}/go.mod h1:{}=",
        w.word(),
        w.word(),
        w.digits(BASE64, 43)
    );
}

fn log(w: &mut Writer) {
    let time = format!(
        "2025-03-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        1 + w.below(28),
        w.below(24),
        w.below(60),
        w.below(60),
        w.below(1000)
    );
    let level = ["INFO", "DEBUG", "WARN", "ERROR"][w.below(4)];
    put!(
        w,
        "{time} {level} [{}-{}] {}.{}: {}",
        w.word(),
        w.below(64),
        w.word(),
        w.titles(),
        w.prose(7)
    );
    put!(
        w,
        "{time} {level} {}={} {}={} {}_id={} {}=\"{}\"",
        w.word(),
        w.below(9999),
        w.word(),
        w.word(),
        w.word(),
        w.digits(HEX, 24),
        w.word(),
        w.prose(3)
    );
    requests(w, &format!("{time} {level}"));
    put!(
        w,
        "{time} {level} {{\"{}\":\"{}\",\"{}\":{},\"{}\":\"{}\"}}",
        w.snake(),
        w.word(),
        w.snake(),
        w.below(999),
        w.camel(),
        w.prose(2)
    );
    put!(
        w,
        "\tat com.{}.{}.{}({}.java:{})",
        w.word(),
        w.word(),
        w.camel(),
        w.titles(),
        w.below(900)
    );
}

/// Lines of a server about requests.
fn requests(w: &mut Writer, head: &str) {
    let uuid = [8, 4, 4, 4, 12].map(|count| w.digits(HEX, count)).join("-");
    put!(
        w,
        "{head} {} request {uuid} from 10.{}.{}.{}:{} took {}ms",
        w.titles(),
        w.below(256),
        w.below(256),
        w.below(256),
        w.below(65536),
        w.below(9000)
    );
    put!(
        w,
        "10.0.{}.{} - - [12/Mar/2025:10:{:02}:{:02} +0000] \"GET /{}/{}?{}={}&{}={} HTTP/1.1\" 200 {}",
        w.below(256),
        w.below(256),
        w.below(60),
        w.below(60),
        w.word(),
        w.snake(),
        w.word(),
        w.digits(HEX, 8),
        w.word(),
        w.word(),
        w.below(99999)
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_always_the_same_and_of_everyday_words() {
        let all = texts();
        assert_eq!(all, texts());
        for (path, text) in &all {
            assert!(text.len() >= BYTES_MIN && text.is_ascii(), "{path}");
        }
        let of = |name: &str| &all.iter().find(|(path, _)| path.ends_with(name)).unwrap().1;
        for word in ["realm", "password", "token", "Session", "secret"] {
            assert!(of(".cc").contains(word), "{word}");
        }
        assert!(of(".min.js").lines().count() == 1);
        assert!(of("package-lock.json").contains("sha512-"));
    }
}
