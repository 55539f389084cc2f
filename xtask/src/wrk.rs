//! `wrk`: many connections posting to `/v1/decide`, each request with an event id of its own.

use std::path::Path;

use crate::contract;
use crate::run;

/// What one run of wrk measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Measured {
    pub(crate) per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    /// Replies of 400 and above, and failed connections, reads, writes and timeouts.
    pub(crate) failed: u64,
}

/// Posts for `seconds` from 256 connections on two threads.
pub(crate) fn measure(url: &str, script: &Path, seconds: u32) -> Result<Measured, String> {
    let duration = format!("-d{seconds}s");
    let script = contract::argument(script)?;
    let said = run::output("wrk", &["-t2", "-c256", &duration, "--latency", "-s", script, url])?;
    read(&said).ok_or_else(|| format!("wrk said nothing of use:\n{said}"))
}

/// The Lua script: both servers are sent exactly these requests.
pub(crate) fn script(key: &str) -> String {
    let [before, between, after] = contract::DECIDE_BODY;
    let (path, customers) = (contract::DECIDE, contract::CUSTOMERS);
    format!(
        r#"local threads = 0
function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end
function init(args)
  math.randomseed(os.time() * 10 + number)
  local millis = os.time() * 1000
  prefix = string.format("%08x-%04x-7%03x-", math.floor(millis / 65536), millis % 65536, math.random(0, 4095))
  prefix = prefix .. string.format("%04x-%04x", math.random(32768, 49151), math.random(0, 65535))
  count = 0
  headers = {{ ["authorization"] = "Bearer {key}", ["content-type"] = "application/json" }}
end
function request()
  count = count + 1
  local body = '{before}' .. prefix .. string.format("%08x", count) .. '{between}' .. (count * 7 + number) % {customers} .. '{after}'
  return wrk.format("POST", "{path}", headers, body)
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("measured %d %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.status + e.connect + e.read + e.write + e.timeout))
end
"#
    )
}

/// Reads the line the script prints: requests, microseconds, p50, p99, failures.
fn read(said: &str) -> Option<Measured> {
    let line = said.lines().find_map(|line| line.strip_prefix("measured "))?;
    let numbers: Vec<u32> = line.split(' ').map_while(|it| it.parse().ok()).collect();
    let &[requests, micros, p50, p99, failed] = numbers.as_slice() else { return None };
    let per_second = f64::from(requests) / (f64::from(micros) / 1e6);
    let ms = |micros| f64::from(micros) / 1e3;
    Some(Measured { per_second, p50_ms: ms(p50), p99_ms: ms(p99), failed: failed.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_of_the_script_is_read() {
        let said = "Running 5s test\nmeasured 500000 5000000 1200 4100 0\n";
        let expected = Measured { per_second: 100_000.0, p50_ms: 1.2, p99_ms: 4.1, failed: 0 };
        assert_eq!(read(said), Some(expected));
        assert_eq!(read("unable to connect"), None);
    }
}
