-- Walks the given paths again and again. Every answer must be a 200 with a body of the length that its path has.
-- Arguments: the Accept header, then pairs of a path and its length.
local requests, lengths = {}, {}
local sent, bad = 0, 0
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  local headers = { ["Accept"] = args[1] }
  for at = 2, #args, 2 do
    table.insert(requests, wrk.format("GET", args[at], headers))
    lengths[tonumber(args[at + 1])] = true
  end
end

function request()
  sent = sent + 1
  return requests[sent % #requests + 1]
end

function response(status, headers, body)
  if status ~= 200 or not lengths[#body] then bad = bad + 1 end
  thread_bad = bad
end

function done(summary, latency)
  local wrong = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  for _, thread in ipairs(threads) do wrong = wrong + (thread:get("thread_bad") or 0) end
  io.write(string.format('\n{"requests":%d,"microseconds":%d,"wrong":%d,"p50":%d,"p99":%d}\n',
    summary.requests, summary.duration, wrong, latency:percentile(50), latency:percentile(99)))
end
