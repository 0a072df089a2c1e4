// Makes a PNG smaller for documentation: 256 colours are enough for a page of the console.
import { deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function crc(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc(body), body.length + 4);
  return out;
}

/** Width, height and pixels (three bytes each) of a PNG of 8 bits a channel without interlacing, as Chromium writes them. */
function read(png) {
  let at = 8;
  let header;
  const parts = [];
  while (at < png.length) {
    const length = png.readUInt32BE(at);
    const type = png.toString("latin1", at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + length);
    if (type === "IHDR") header = data;
    if (type === "IDAT") parts.push(data);
    at += length + 12;
  }
  const [width, height, depth, kind] = [header.readUInt32BE(0), header.readUInt32BE(4), header[8], header[9]];
  const step = { 2: 3, 6: 4 }[kind];
  if (depth !== 8 || !step || header[12] !== 0) throw new Error("this is no PNG of 8 bits a channel, in colours, without interlacing");
  const raw = inflateSync(Buffer.concat(parts));
  const stride = width * step;
  const pixels = Buffer.alloc(width * height * 3);
  let before = Buffer.alloc(stride);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (stride + 1)];
    const row = Buffer.from(raw.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1)));
    for (let x = 0; x < stride; x += 1) {
      const left = x < step ? 0 : row[x - step];
      const up = before[x];
      const corner = x < step ? 0 : before[x - step];
      if (filter === 1) row[x] += left;
      else if (filter === 2) row[x] += up;
      else if (filter === 3) row[x] += (left + up) >> 1;
      else if (filter === 4) {
        const guess = left + up - corner;
        const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
        row[x] += a <= b && a <= c ? left : b <= c ? up : corner;
      }
    }
    for (let x = 0; x < width; x += 1) row.copy(pixels, (y * width + x) * 3, x * step, x * step + 3);
    before = row;
  }
  return { width, height, pixels };
}

/** The same picture with the 256 colours that are most of it; others become the nearest of those. */
export function withPalette(png) {
  const { width, height, pixels } = read(png);
  const counts = new Map();
  for (let at = 0; at < pixels.length; at += 3) {
    const colour = pixels.readUIntBE(at, 3);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const chosen = [];
  const sorted = [...counts].sort((one, other) => other[1] - one[1]).map(([colour]) => colour);
  const far = (one, other) => ((one >> 16) - (other >> 16)) ** 2 + (((one >> 8) & 255) - ((other >> 8) & 255)) ** 2 + ((one & 255) - (other & 255)) ** 2;
  // Those that look alike give their places to others.
  for (const least of [48, 12, 0]) for (const colour of sorted) if (chosen.length < 256 && !chosen.includes(colour) && (counts.get(colour) > 400 || chosen.every((one) => far(one, colour) > least))) chosen.push(colour);
  const places = new Map(chosen.map((colour, place) => [colour, place]));
  const placeOf = (colour) => {
    const known = places.get(colour);
    if (known !== undefined) return known;
    let best = 0;
    for (let place = 1; place < chosen.length; place += 1) if (far(chosen[place], colour) < far(chosen[best], colour)) best = place;
    places.set(colour, best);
    return best;
  };
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) rows[y * (width + 1) + 1 + x] = placeOf(pixels.readUIntBE((y * width + x) * 3, 3));
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const palette = Buffer.alloc(chosen.length * 3);
  chosen.forEach((colour, place) => palette.writeUIntBE(colour, place * 3, 3));
  return Buffer.concat([SIGNATURE, chunk("IHDR", header), chunk("PLTE", palette), chunk("IDAT", deflateSync(rows, { level: 9 })), chunk("IEND", Buffer.alloc(0))]);
}
