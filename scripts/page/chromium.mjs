import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import puppeteer from 'puppeteer-core';

/** Exit code of a run that found no browser: the page was not tested. */
const noChromium = 75;

const places = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** Path of a Chromium; Debian's package is installed if there is none. CHROMIUM names another one. */
function findChromium() {
  const found = () => places.find((path) => path && existsSync(path));
  if (found()) return found();
  console.log('no Chromium yet: apt-get install chromium');
  const options = { stdio: ['ignore', 'ignore', 'inherit'] };
  const install = ['install', '-y', '-qq', '--no-install-recommends', 'chromium'];
  try {
    execFileSync('apt-get', ['update', '-qq'], options);
    execFileSync('apt-get', install, options);
  } catch (error) {
    console.error(String(error));
  }
  const path = found();
  if (path) return path;
  console.error('there is no Chromium and none can be installed: set CHROMIUM to the path of one');
  process.exit(noChromium);
}

/** A browser, and everything that went wrong in its pages: console errors, requests to elsewhere. */
export async function openBrowser() {
  const browser = await puppeteer.launch({
    executablePath: findChromium(),
    headless: true,
    // As root, in a container: Chromium has no user of its own to fall back to.
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  const problems = [];
  return {
    problems,
    close: () => browser.close(),
    /** A page of that width and scheme, at `url`, which shows a query. */
    async open(url, { width = 1280, height = 900, scheme = 'light' } = {}) {
      const page = await browser.newPage();
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warn') problems.push(message.text());
      });
      page.on('pageerror', (error) => problems.push(String(error)));
      page.on('request', (request) => {
        if (!request.url().startsWith(url)) problems.push(`asked for ${request.url()}`);
      });
      await page.setViewport({ width, height, isMobile: width < 500, hasTouch: width < 500 });
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await page.goto(url);
      return page;
    },
  };
}
