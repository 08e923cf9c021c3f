//! A server that gives one reply to everything.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What comes over the wire.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    /// Success, with this body.
    Ok(String),
    /// Success, with this body, in which each request has another number in place of `#`.
    Endless(&'static str),
    /// An error with a code and a message, in the form of the protocol that was spoken.
    Error(u16, &'static str, &'static str),
    /// An error with a code, whose message repeats the request.
    Echo(u16, &'static str),
    /// This status, these header lines and this body, for every request.
    Raw(u16, &'static str, String),
    /// The URL of a blob, and this reply to who follows it.
    Url(Box<Reply>),
    /// The first to a request with this text in its head, in small letters, or in its body; the second
    /// to every other.
    Where(&'static str, Box<Reply>, Box<Reply>),
    /// Elsewhere, to a page that greets everybody.
    Redirect,
    /// The connection ends within the body.
    Cut,
    /// The connection ends without an answer.
    Close,
    /// Nothing, for longer than anybody waits.
    Silence,
}

/// A server on this machine, for as long as it is held.
pub(super) struct Server {
    pub host: String,
    reply: Arc<Mutex<Option<Reply>>>,
    asked: Arc<AtomicUsize>,
}

impl Server {
    pub(super) fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let reply = Arc::new(Mutex::new(None));
        let asked = Arc::new(AtomicUsize::new(0));
        let server =
            Server { host: host.clone(), reply: Arc::clone(&reply), asked: Arc::clone(&asked) };
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                asked.fetch_add(1, Ordering::SeqCst);
                let Some(reply) = reply.lock().unwrap().clone() else { break };
                let host = host.clone();
                std::thread::spawn(move || serve(stream, &host, &reply));
            }
        });
        server
    }

    pub(super) fn give(&self, reply: &Reply) {
        *self.reply.lock().unwrap() = Some(reply.clone());
    }

    /// How many requests came.
    pub(super) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// A dropped server ends with its next connection.
impl Drop for Server {
    fn drop(&mut self) {
        *self.reply.lock().unwrap() = None;
        let _woken = TcpStream::connect(&self.host);
    }
}

/// What was asked: enough of it to answer in the same protocol.
struct Request {
    sent: String,
    head: String,
    body: String,
}

impl Request {
    fn read(stream: &mut TcpStream) -> Request {
        let mut reader = BufReader::new(stream);
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") && reader.read_until(b'\n', &mut head).unwrap_or(0) > 0 {
        }
        let sent = String::from_utf8_lossy(&head).replace("\r\n", " ");
        let head = String::from_utf8_lossy(&head).to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        let _cut = reader.read_exact(&mut body);
        Request { sent, head, body: String::from_utf8_lossy(&body).into_owned() }
    }

    /// The reply to this request.
    fn chosen<'a>(&self, mut reply: &'a Reply) -> &'a Reply {
        while let Reply::Where(word, then, other) = reply {
            let is_there = self.head.contains(word) || self.body.contains(word);
            reply = if is_there { then } else { other };
        }
        reply
    }

    fn is(&self, start: &str) -> bool {
        self.head.starts_with(start)
    }

    fn path_has(&self, part: &str) -> bool {
        self.head.lines().next().is_some_and(|line| line.contains(part))
    }

    fn error(&self, code: &str, message: &str) -> String {
        if self.head.contains("x-amz-target") || self.path_has(" /2015-02-01/") {
            return format!(r#"{{"__type":"{code}","message":"{message}"}}"#);
        }
        if self.path_has(" /v2/") {
            return format!(r#"{{"errors":[{{"code":"{code}","message":"{message}"}}]}}"#);
        }
        if self.head.contains("/ec2/aws4_request") {
            return format!(
                "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors></Response>"
            );
        }
        if self.head.contains("/s3/aws4_request") {
            return format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
        }
        format!(
            "<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
        )
    }
}

fn serve(mut stream: TcpStream, host: &str, reply: &Reply) {
    let request = Request::read(&mut stream);
    let (status, headers, body) = match request.chosen(reply) {
        Reply::Close => return,
        Reply::Silence => return std::thread::sleep(Duration::from_secs(3)),
        Reply::Cut => {
            let _gone = stream.write_all(b"HTTP/1.1 200 X\r\ncontent-length: 100\r\n\r\n{\"");
            return;
        }
        Reply::Redirect if request.path_has("/welcome") => {
            (200, "content-type: text/html", "<html>Welcome</html>".to_owned())
        }
        Reply::Redirect => (302, "location: /welcome", String::new()),
        Reply::Url(then) if request.path_has("/blob") => return serve_rest(stream, &request, then),
        Reply::Url(_) => {
            let url = format!(r#"{{"downloadUrl":"http://{host}/blob"}}"#);
            (200, "content-type: application/x-amz-json-1.1", url)
        }
        other => return serve_rest(stream, &request, other),
    };
    write(stream, &request, status, headers, &body);
}

fn serve_rest(stream: TcpStream, request: &Request, reply: &Reply) {
    match reply {
        Reply::Ok(body) => write(stream, request, 200, "server: some", body),
        Reply::Endless(body) => {
            static REQUESTS: AtomicUsize = AtomicUsize::new(0);
            let number = REQUESTS.fetch_add(1, Ordering::Relaxed).to_string();
            write(stream, request, 200, "server: some", &body.replace('#', &number));
        }
        Reply::Error(status, code, message) => {
            let body = request.error(code, message);
            write(stream, request, *status, "x-amz-request-id: 1", &body);
        }
        Reply::Echo(status, code) => {
            let body = request.error(code, &request.sent);
            write(stream, request, *status, "x-amz-request-id: 1", &body);
        }
        Reply::Raw(status, headers, body) => write(stream, request, *status, headers, body),
        _ => {}
    }
}

fn write(mut stream: TcpStream, request: &Request, status: u16, headers: &str, body: &str) {
    let length = body.len();
    let body = if request.is("head ") { "" } else { body };
    let text = format!(
        "HTTP/1.1 {status} X\r\n{headers}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    let _gone = stream.write_all(text.as_bytes());
    let _closed = stream.shutdown(Shutdown::Write);
}
