/**
 * Whether PlatformIO's registry can be reached. Without a network PlatformIO itself tries for a minute and
 * then fails without a word; this answers within seconds, through the same proxies.
 */
import { ask } from './run-tool.js';
import type { PlatformioInstallation } from './types.js';

const CONNECT_SECONDS = 3;
/** Name resolution has no time limit of its own. */
const LIMIT_MS = 7_000;

/** Any answer counts, whatever its status. What goes wrong in another way is PlatformIO's to report. */
const PROBE = `
import sys
try:
    import requests
    from platformio import __registry_mirror_hosts__ as hosts
except ImportError:
    sys.exit(0)
urls = sys.argv[1:] or ["https://api." + host for host in hosts[:2]]
for url in urls:
    try:
        requests.head(url, timeout=${CONNECT_SECONDS})
        print("online")
        break
    except requests.exceptions.SSLError:
        print("online")
        break
    except requests.exceptions.RequestException:
        pass
else:
    print("offline")
`;

/** False only where nothing answers; `package_` is what would be downloaded, perhaps a URL. */
export async function canDownload(platformio: PlatformioInstallation, packageSpec: string): Promise<boolean> {
  const url = /https?:\/\/[^\s#]+/.exec(packageSpec)?.[0];
  const started = Date.now();
  const output = await ask(
    platformio.python,
    ['-c', PROBE, ...(url === undefined ? [] : [new URL(url).origin])],
    {
      timeoutMs: LIMIT_MS,
    },
  );
  if (output === undefined) return Date.now() - started < LIMIT_MS - 500;
  return !output.includes('offline');
}
