//! `cargo xtask bench decide`: a durable `POST /v1/decide` beside a static reply of nginx.
//!
//! Both take the same requests from the same client on this machine, in turns. nginx answers with
//! as many bytes as a decision has, from memory, and keeps nothing: it is the price of HTTP alone.
#![expect(clippy::print_stdout, reason = "a command speaks to its terminal")]

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::contract;
use crate::run::{self, Step};
use crate::wrk::{self, Measured};

const ROUNDS: usize = 5;
const SECONDS: u32 = 5;
const RATIO_MIN: f64 = 0.6;
const P99_MS_MAX: f64 = 5.0;

/// A server that ends with its owner.
#[derive(Debug)]
struct Server {
    child: Child,
    at: SocketAddr,
}

/// A directory of this run, removed at its end.
#[derive(Debug)]
struct Workplace(PathBuf);

pub(crate) fn bench_decide() -> Result<(), String> {
    let missing: Vec<&str> = [("nginx", "-v"), ("wrk", "-v")]
        .into_iter()
        .filter(|(program, flag)| !run::installed(program, flag))
        .map(|(program, _)| program)
        .collect();
    if !missing.is_empty() {
        let missing = missing.join(" and ");
        return Err(format!("{missing} missing. On Debian: apt-get install nginx-light wrk"));
    }
    Step::cargo("build", &["build", "--release", "--package", "handshake"]).run()?;
    let place = Workplace::new()?;
    let (ours, key) = start_handshake(&place.0)?;
    let millis = unix_millis();
    contract::introduce(ours.at, &key, millis)?;
    let first = contract::decide(&contract::event_id(millis, u64::MAX), 1);
    let reply = contract::send(ours.at, &key, contract::DECIDE, Some(&first))?;
    println!("a decision, {} bytes: {reply}\n", reply.len());
    let nginx = start_nginx(&place.0, reply.len())?;
    let script = place.0.join("decide.lua");
    fs::write(&script, wrk::script(&key)).map_err(|err| format!("the script: {err}"))?;
    let rounds = measure(&ours, &nginx, &script)?;
    verdict(&rounds)
}

/// Pairs of nginx and ours, in turns, after a second each of warming up.
fn measure(ours: &Server, nginx: &Server, script: &Path) -> Result<Vec<[Measured; 2]>, String> {
    let url = |server: &Server| format!("http://{}", server.at);
    let (static_url, decide_url) = (url(nginx), url(ours));
    wrk::measure(&static_url, script, 1)?;
    wrk::measure(&decide_url, script, 1)?;
    println!("round   nginx/s  decide/s  ratio   p50 ms   p99 ms  failed");
    let mut rounds = Vec::new();
    for round in 1..=ROUNDS {
        let floor = wrk::measure(&static_url, script, SECONDS)?;
        let decide = wrk::measure(&decide_url, script, SECONDS)?;
        println!("{round:>5} {}", row(floor, decide));
        rounds.push([floor, decide]);
    }
    Ok(rounds)
}

fn row(floor: Measured, decide: Measured) -> String {
    format!(
        "{:>9.0} {:>9.0} {:>6.2} {:>8.2} {:>8.2} {:>7}",
        floor.per_second,
        decide.per_second,
        decide.per_second / floor.per_second,
        decide.p50_ms,
        decide.p99_ms,
        floor.failed + decide.failed
    )
}

/// Medians, and whether they reach what we promise.
fn verdict(rounds: &[[Measured; 2]]) -> Result<(), String> {
    let of = |which: fn(&[Measured; 2]) -> f64| median(rounds.iter().map(which).collect());
    let floor = of(|[floor, _]| floor.per_second);
    let decide = of(|[_, decide]| decide.per_second);
    let p99 = of(|[_, decide]| decide.p99_ms);
    let failed: u64 = rounds.iter().flatten().map(|it| it.failed).sum();
    let ratio = decide / floor;
    println!(
        "\nmedian of {ROUNDS}: nginx {floor:.0}/s, decide {decide:.0}/s, ratio {ratio:.2}, p99 {p99:.2} ms"
    );
    println!("to reach: ratio {RATIO_MIN} or more, p99 under {P99_MS_MAX} ms, nothing failed");
    match (ratio < RATIO_MIN, P99_MS_MAX <= p99, failed) {
        (_, _, 1..) => Err(format!("{failed} requests failed: these figures say nothing")),
        (false, false, 0) => Ok(()),
        (_, _, 0) => Err("not reached".to_owned()),
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn start_handshake(place: &Path) -> Result<(Server, String), String> {
    let program = built("handshake")?;
    let program = contract::argument(&program)?;
    let data = place.join("data");
    let data = contract::argument(&data)?;
    run::output(program, &contract::new_site(data))?;
    run::output(program, &contract::publish(data))?;
    let said = run::output(program, &contract::new_key(data))?;
    let key = said.split_whitespace().last().unwrap_or_default().to_owned();
    let at = free_address()?;
    let listen = at.to_string();
    let log =
        fs::File::create(place.join("handshake.log")).map_err(|err| format!("the log: {err}"))?;
    let mut command = Command::new(program);
    command
        .args(contract::serve(data, &listen))
        .current_dir(run::root())
        .stdout(Stdio::null())
        .stderr(log);
    let server = Server::start(command, at)?;
    server.wait_until_ready(&key)?;
    Ok((server, key))
}

fn start_nginx(place: &Path, bytes: usize) -> Result<Server, String> {
    let at = free_address()?;
    let folder = place.display();
    let body = "x".repeat(bytes);
    let conf = format!(
        "daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/nginx.log;\n\
         events {{ worker_connections 1024; }}\n\
         http {{\n  access_log off; tcp_nodelay on; keepalive_requests 1000000000; keepalive_timeout 1h;\n  \
         client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;\n  \
         uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi; default_type application/json;\n  \
         server {{ listen {at} backlog=1024; location / {{ return 200 \"{body}\"; }} }}\n}}\n"
    );
    let path = place.join("nginx.conf");
    fs::write(&path, conf).map_err(|err| format!("nginx.conf: {err}"))?;
    let mut command = Command::new("nginx");
    command.arg("-p").arg(place).arg("-c").arg(&path).stdout(Stdio::null()).stderr(Stdio::null());
    let server = Server::start(command, at)?;
    server.wait_until_ready("")?;
    Ok(server)
}

impl Server {
    fn start(mut command: Command, at: SocketAddr) -> Result<Server, String> {
        let program = command.get_program().to_string_lossy().into_owned();
        let child = command.spawn().map_err(|err| format!("`{program}` did not start: {err}"))?;
        Ok(Server { child, at })
    }

    fn wait_until_ready(&self, key: &str) -> Result<(), String> {
        let begun = Instant::now();
        loop {
            match contract::send(self.at, key, contract::READY, None) {
                Ok(_) => return Ok(()),
                Err(said) if Duration::from_secs(20) < begun.elapsed() => return Err(said),
                Err(_) => std::thread::sleep(Duration::from_millis(50)),
            }
        }
    }
}

impl Drop for Server {
    /// Ends kindly, so that nginx takes its workers along.
    fn drop(&mut self) {
        let ended = Command::new("kill").arg(self.child.id().to_string()).status();
        if !ended.is_ok_and(|it| it.success()) && self.child.kill().is_err() {
            println!("process {} is still running", self.child.id());
        }
        if let Err(err) = self.child.wait() {
            println!("process {}: {err}", self.child.id());
        }
    }
}

impl Workplace {
    /// Beside the binaries, on the disk they are on: `/tmp` may be memory, which syncs for free.
    fn new() -> Result<Workplace, String> {
        let path = built(&format!("bench-decide-{}", std::process::id()))?;
        fs::create_dir_all(&path).map_err(|err| format!("`{}`: {err}", path.display()))?;
        Ok(Workplace(path))
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        if let Err(err) = fs::remove_dir_all(&self.0) {
            println!("`{}` is left over: {err}", self.0.display());
        }
    }
}

/// A path beside this very program.
fn built(name: &str) -> Result<PathBuf, String> {
    let here = std::env::current_exe().map_err(|err| format!("where are we? {err}"))?;
    Ok(here.with_file_name(name))
}

/// A port nobody listens on, as the system gives it.
fn free_address() -> Result<SocketAddr, String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    listener.and_then(|it| it.local_addr()).map_err(|err| format!("no free port: {err}"))
}

#[expect(clippy::disallowed_methods, reason = "a bench happens now")]
fn unix_millis() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]).total_cmp(&2.0), std::cmp::Ordering::Equal);
    }
}
