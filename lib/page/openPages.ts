import type { LivePage } from './livePageOptions.js';
import { PageHub } from './pageHub.js';

/** The live pages of this process. */
class OpenPages {
  private readonly pages = new Set<Promise<LivePage>>();

  /** Follows queries from this call on, also while the server is still being opened. */
  open(
    { port, rows }: { readonly port: number | undefined; readonly rows: number },
    keepsAlive: boolean,
  ): Promise<LivePage> {
    const hub = new PageHub(rows);
    const page = this.serve(hub, port, keepsAlive);
    this.pages.add(page);
    page.catch(() => {
      hub.close();
      this.pages.delete(page);
    });
    return page;
  }

  /** The page that is open, if any. */
  get first(): Promise<LivePage> | undefined {
    for (const page of this.pages) return page;
    return undefined;
  }

  private async serve(
    hub: PageHub,
    port: number | undefined,
    keepsAlive: boolean,
  ): Promise<LivePage> {
    const { PageServer } = await import('./pageServer.js');
    const server = new PageServer(hub, keepsAlive);
    await server.open(port);
    const chosen = server.port;
    const page: LivePage = {
      url: `http://127.0.0.1:${chosen}/`,
      port: chosen,
      close: () => {
        for (const open of this.pages) {
          void open.then((other) => other === page && this.pages.delete(open));
        }
        hub.close();
        return server.close();
      },
    };
    return page;
  }
}

export const openPages = new OpenPages();
