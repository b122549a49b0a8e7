/** The internet, as `download.ts` needs it. */
import { lookup } from 'node:dns/promises';
import { request } from 'node:https';
import { isIP, isIPv6 } from 'node:net';
import type { Network } from './download.js';

export const internet: Network = {
  async resolve(host) {
    if (isIP(host) !== 0) return [host];
    return (await lookup(host, { all: true })).map(({ address }) => address);
  },
  get: (url, address, signal) =>
    new Promise((resolve, reject) => {
      const family = isIPv6(address) ? 6 : 4;
      const call = request(url, {
        signal,
        headers: { 'user-agent': 'kws-gen', 'accept-encoding': 'identity' },
        // The address that was checked, whatever the name stands for by now; the certificate is still the name's.
        lookup: (_, options, done) =>
          options.all === true ? done(null, [{ address, family }]) : done(null, address, family),
      });
      call.on('error', reject);
      call.on('response', (body) =>
        resolve({ status: body.statusCode ?? 0, location: body.headers.location, body }),
      );
      call.end();
    }),
};
