import createClient from 'openapi-fetch';
import { basePath, send } from './base';
import { problemOf } from './problem';
import type { paths } from './schema';

// Typed by the OpenAPI document: a route, parameter or field that is not there does not compile.
export const api = createClient<paths>({ baseUrl: location.origin + basePath, fetch: send });

type Answer<Data> = { data?: Data; error?: unknown; response: Response };

// The data of an answer, or its problem.
export async function dataOf<Data>(answer: Promise<Answer<Data>>): Promise<Data> {
  const { data, error, response } = await answer;
  if (!response.ok) throw problemOf(response.status, error);
  return data as Data;
}
