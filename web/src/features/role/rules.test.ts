import { describe, expect, it } from "vitest";
import { readSchema } from "../../api/declared";
import { locate } from "./located";
import { fromServer, mistakesOf, nameMistake, placeOf } from "./rules";

const SHOP = readSchema("shop", {
  application: { id: "shop", title: "Shop", namespaces: ["shop"] },
  permission: [{ name: "shop.order.*", title: "Orders", properties: { up_to: { type: "double", when: "true" }, regions: { type: "list<string>", when: "true" } } }],
});

const marked = (text: string) => {
  const located = locate(text);
  return mistakesOf(located.value, [SHOP]).map((wrong) => {
    const { from, to } = placeOf(wrong, text, located);
    return [text.slice(from, to), wrong.message];
  });
};

describe("a text in JSON", () => {
  it("is read with the places of everything in it", () => {
    const text = '{ "a/b": [1, {"c": "x"}] }';
    const { value, values, names } = locate(text);
    expect(value).toEqual({ "a/b": [1, { c: "x" }] });
    const place = values.get("/a~1b/1/c");
    expect(text.slice(place?.from, place?.to)).toBe('"x"');
    expect(text.slice(names.get("/a~1b")?.from, names.get("/a~1b")?.to)).toBe('"a/b"');
  });

  it("is refused at the very character, also where a member stands twice", () => {
    expect(locate('{"a": 1,, "b": 2}').error?.at).toBe(8);
    expect(locate('{"a": 1, "a": 2}').error).toEqual({ at: 9, message: "`a` stands here twice" });
    expect(locate('["x').error?.at).toBe(1);
    expect(locate("[1").error?.at).toBe(2);
    expect(locate("9007199254740993").error?.at).toBe(0);
    expect(locate('{"__proto__": 1}').value).toEqual(JSON.parse('{"__proto__": 1}'));
  });
});

describe("a role", () => {
  it("is judged at the very character of a name", () => {
    expect(nameMistake("shop.or!der.*")).toMatchObject({ character: 7 });
    expect(nameMistake("{a,b")).toMatchObject({ character: 0 });
    expect(nameMistake("shop..x")).toMatchObject({ character: 4 });
    expect(nameMistake("shop.order.{list,read}")).toBeUndefined();
    expect(marked('{"name":"r","permissions":[{"name":"shop.or!der.*"}]}')[0]?.[0]).toBe("!");
  });

  it("is judged by what the schemas declare", () => {
    expect(marked('{"name":"r","permissions":[{"name":"shop.order.*","up_too":3}]}')).toEqual([["3", "Nothing that shop.order.* reaches declares up_too: there are regions, up_to"]]);
    expect(marked('{"name":"r","permissions":[{"name":"shop.order.read","up_to":"a","regions":["eu",1]}]}').map(([at]) => at)).toEqual(['"a"', '"regions"']);
    expect(marked('{"name":"r","permissions":[{"name":"other.thing","x":1},{"name":"shop.order.read","regions":[]}]}')).toEqual([]);
  });

  it("shows what the server says where it stands", () => {
    const text = '{"name":"r","permissions":[{"name":"shop.or!der"}]}';
    const located = locate(text);
    const [wrong] = fromServer([{ pointer: "/permissions/0", message: "the permission's `name` is refused: '!' at character 8 is not allowed" }], located);
    expect(wrong).toMatchObject({ pointer: "/permissions/0/name", character: 7 });
    const { from, to } = placeOf(wrong ?? { pointer: "", message: "" }, text, located);
    expect(text.slice(from, to)).toBe("!");
    expect(fromServer([{ pointer: "/permissions/0/name", message: "no", character: 7 }], located)).toEqual([{ pointer: "/permissions/0/name", message: "no", character: 7 }]);
  });
});
