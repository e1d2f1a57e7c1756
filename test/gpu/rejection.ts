import { expect } from 'chai';

/** The error that a promise rejects with: of this type, its message with this text. */
export async function rejection<E extends Error>(
  promise: Promise<unknown>,
  type: abstract new (...args: never[]) => E,
  text = '',
): Promise<E> {
  try {
    await promise;
  } catch (error) {
    expect(error).to.be.instanceOf(type);
    expect((error as Error).message).to.contain(text);
    return error as E;
  }
  throw new Error(`resolved, should have rejected with ${type.name}`);
}
