import { apiKey } from '../app/preferences';
import { problemOf, unreachable } from './problem';

// Where the control plane is served: the page's <base>, without the slash at its end.
export const basePath = new URL(document.baseURI).pathname.replace(/\/$/, '');

export const linkTo = (path: string): string => basePath + path;

// fetch() of the control plane: with the key, and with a problem for everything but success.
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await send(new Request(linkTo(path), init));
  if (!response.ok) throw problemOf(response.status, await bodyOf(response));
  return response;
}

export async function send(request: Request): Promise<Response> {
  const key = apiKey();
  if (key !== '') request.headers.set('X-Api-Key', key);
  try {
    // JSON and YAML of a configuration share an ETag, so the browser's cache would take one for the other. What is to be
    // kept, the query cache keeps.
    return await fetch(request, { cache: 'no-store' });
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw unreachable();
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined; // not JSON: the status alone has to say it
  }
}
