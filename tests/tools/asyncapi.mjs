// Reads {"document": AsyncAPI, "messages": [message]} and writes {"diagnostics": [...],
// "refused": [null or why]}: what the parser says of the document, and of each message whether the
// document's schema for its type takes it.
import Ajv from "ajv";
import { Parser } from "@asyncapi/parser";
import { readFileSync } from "node:fs";

const { document, messages } = JSON.parse(readFileSync(0, "utf8"));
const { diagnostics } = await new Parser().parse(JSON.stringify(document));

const ajv = new Ajv({ strict: false });
ajv.addSchema({ $id: "protocol", components: document.components }, "protocol");

const refused = messages.map((message) => {
  const payload = document.components.messages[message.t]?.payload;
  if (!payload) return "no such type";
  const validate = ajv.compile({ $ref: `protocol${payload.$ref}` });
  return validate(message) ? null : ajv.errorsText(validate.errors);
});

process.stdout.write(JSON.stringify({ diagnostics, refused }));
