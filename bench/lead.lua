-- The load for wrk: a JSON lead a request, or a batch of them. No phone and no e-mail comes twice.
-- wrk ... -s bench/lead.lua URL -- FIRST BATCH AUTHORIZATION
-- FIRST is the number of the first lead; BATCH how many leads a request has, 0 for a single one without an array.

local FIRST_NAMES = {"Lucía", "María", "José", "Iñaki", "Begoña", "Sofía", "Andrés", "Noemí", "Chiara", "Niccolò", "Giulia", "Matteo"}
local LAST_NAMES = {"Núñez", "García", "Peña", "Etxeberria", "Ibáñez", "Muñoz", "D'Angelo", "Rossi", "Müller", "López", "Vega", "Ortega"}
local TOWNS = {"Madrid", "Barcelona", "Sevilla", "Málaga", "Bilbao", "Milano", "Torino", "Bari"}
local LEAD = '{"Campaign":"bench","nome":"%s","cognome":"%s %s","telefono_mobile":"6%s %s %s %s",'
  .. '"email":"lead.%08d@example.com","cap":"28013","comune":"%s",'
  .. '"tipo_inmueble":"piso","servicio_requerido":"venta","notas":"Llamar por la tarde, ref. %d"}'

local number, batch

function init(args)
  number = tonumber(args[1])
  batch = tonumber(args[2])
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Authorization"] = args[3]
end

local function pick(list, digits)
  return list[math.floor(digits) % #list + 1]
end

-- Numbers of a run follow each other; multiplied by this they go through all of eight digits, each once, out of order.
local function lead()
  number = number + 1
  local mixed = number * 48271 % 100000000
  local digits = string.format("%08d", mixed)
  return string.format(LEAD, pick(FIRST_NAMES, mixed), pick(LAST_NAMES, mixed / 12), pick(LAST_NAMES, mixed / 144),
    digits:sub(1, 2), digits:sub(3, 4), digits:sub(5, 6), digits:sub(7, 8), mixed, pick(TOWNS, mixed / 1728), number)
end

function request()
  if batch == 0 then
    return wrk.format(nil, nil, nil, lead())
  end
  local leads = {}
  for place = 1, batch do
    leads[place] = lead()
  end
  return wrk.format(nil, nil, nil, "[" .. table.concat(leads, ",") .. "]")
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%.6f,"p50_ms":%.3f,"p99_ms":%.3f,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
