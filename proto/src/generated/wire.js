/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["default"] || ($protobuf.roots["default"] = {});

export const fleetmeter = $root.fleetmeter = (() => {

    /**
     * Namespace fleetmeter.
     * @exports fleetmeter
     * @namespace
     */
    const fleetmeter = {};

    fleetmeter.v1 = (function() {

        /**
         * Namespace v1.
         * @memberof fleetmeter
         * @namespace
         */
        const v1 = {};

        v1.Acknowledgement = (function() {

            /**
             * Properties of an Acknowledgement.
             * @typedef {Object} fleetmeter.v1.Acknowledgement.$Properties
             * @property {number|null} [acceptedSequence] Acknowledgement acceptedSequence
             * @property {Array.<fleetmeter.v1.Directive.$Properties>|null} [directives] Acknowledgement directives
             * @property {fleetmeter.v1.Settings.$Properties|null} [settings] Acknowledgement settings
             * @property {number|null} [nextReportInSeconds] Acknowledgement nextReportInSeconds
             * @property {number|null} [collectorTime] Acknowledgement collectorTime
             * @property {Array.<fleetmeter.v1.QuarantinedRecord.$Properties>|null} [quarantined] Acknowledgement quarantined
             * @property {Uint8Array|null} [notice] Acknowledgement notice
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Acknowledgement.
             * @memberof fleetmeter.v1
             * @interface IAcknowledgement
             * @augments fleetmeter.v1.Acknowledgement.$Properties
             * @deprecated Use fleetmeter.v1.Acknowledgement.$Properties instead.
             */

            /**
             * Shape of an Acknowledgement.
             * @typedef {{
             *   acceptedSequence?: number|null;
             *   directives?: Array.<fleetmeter.v1.Directive.$Shape>|null;
             *   settings?: fleetmeter.v1.Settings.$Shape|null;
             *   nextReportInSeconds?: number|null;
             *   collectorTime?: number|null;
             *   quarantined?: Array.<fleetmeter.v1.QuarantinedRecord.$Shape>|null;
             *   notice?: Uint8Array|null;
             *   $unknowns?: Array.<Uint8Array>;
             * }} fleetmeter.v1.Acknowledgement.$Shape
             */

            /**
             * Constructs a new Acknowledgement.
             * @memberof fleetmeter.v1
             * @classdesc Represents an Acknowledgement.
             * @constructor
             * @param {fleetmeter.v1.Acknowledgement.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Acknowledgement = function (properties) {
                this.directives = [];
                this.quarantined = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Acknowledgement acceptedSequence.
             * @member {number} acceptedSequence
             * @memberof fleetmeter.v1.Acknowledgement
             * @instance
             */
            Acknowledgement.prototype.acceptedSequence = 0;

            /**
             * Acknowledgement directives.
             * @member {Array.<fleetmeter.v1.Directive.$Properties>} directives
             * @memberof fleetmeter.v1.Acknowledgement
             * @instance
             */
            Acknowledgement.prototype.directives = $util.emptyArray;

            /**
             * Acknowledgement settings.
             * @member {fleetmeter.v1.Settings.$Properties|null|undefined} settings
             * @memberof fleetmeter.v1.Acknowledgement
             * @instance
             */
            Acknowledgement.prototype.settings = null;

            /**
             * Acknowledgement nextReportInSeconds.
             * @member {number|null|undefined} nextReportInSeconds
             * @memberof fleetmeter.v1.Acknowledgement
             * @instance
             */
            Acknowledgement.prototype.nextReportInSeconds = null;

            /**
             * Acknowledgement collectorTime.
             * @member {number} collectorTime
             * @memberof fleetmeter.v1.Acknowledgement
             * @instance
             */
            Acknowledgement.prototype.collectorTime = 0;

            /**
             * Acknowledgement quarantined.
             * @member {Array.<fleetmeter.v1.QuarantinedRecord.$Properties>} quarantined
             * @memberof fleetmeter.v1.Acknowledgement
             * @instance
             */
            Acknowledgement.prototype.quarantined = $util.emptyArray;

            /**
             * Acknowledgement notice.
             * @member {Uint8Array} notice
             * @memberof fleetmeter.v1.Acknowledgement
             * @instance
             */
            Acknowledgement.prototype.notice = $util.newBuffer([]);

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Acknowledgement.prototype, "_nextReportInSeconds", {
                get: $util.oneOfGetter($oneOfFields = ["nextReportInSeconds"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified Acknowledgement message. Does not implicitly {@link fleetmeter.v1.Acknowledgement.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.Acknowledgement
             * @static
             * @param {fleetmeter.v1.Acknowledgement.$Properties} message Acknowledgement message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Acknowledgement.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.acceptedSequence != null && $Object.hasOwnProperty.call(message, "acceptedSequence") && message.acceptedSequence !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.acceptedSequence);
                if (message.directives != null && message.directives.length)
                    for (let i = 0; i < message.directives.length; ++i)
                        $root.fleetmeter.v1.Directive.encode(message.directives[i], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.settings != null && $Object.hasOwnProperty.call(message, "settings"))
                    $root.fleetmeter.v1.Settings.encode(message.settings, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.nextReportInSeconds != null && $Object.hasOwnProperty.call(message, "nextReportInSeconds"))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.nextReportInSeconds);
                if (message.collectorTime != null && $Object.hasOwnProperty.call(message, "collectorTime") && message.collectorTime !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.collectorTime);
                if (message.quarantined != null && message.quarantined.length)
                    for (let i = 0; i < message.quarantined.length; ++i)
                        $root.fleetmeter.v1.QuarantinedRecord.encode(message.quarantined[i], writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.notice != null && $Object.hasOwnProperty.call(message, "notice") && message.notice.length)
                    writer.uint32(/* id 7, wireType 2 =*/58).bytes(message.notice);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Acknowledgement message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.Acknowledgement
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.Acknowledgement & fleetmeter.v1.Acknowledgement.$Shape} Acknowledgement
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Acknowledgement.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.Acknowledgement();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.acceptedSequence = value;
                            else
                                delete message.acceptedSequence;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.directives && message.directives.length))
                                message.directives = [];
                            message.directives.push($root.fleetmeter.v1.Directive.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.settings = $root.fleetmeter.v1.Settings.decode(reader, reader.size(), $undefined, _depth + 1, message.settings);
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            message.nextReportInSeconds = reader.uint32();
                            message._nextReportInSeconds = "nextReportInSeconds";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.collectorTime = value;
                            else
                                delete message.collectorTime;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if (!(message.quarantined && message.quarantined.length))
                                message.quarantined = [];
                            message.quarantined.push($root.fleetmeter.v1.QuarantinedRecord.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.notice = value;
                            else
                                delete message.notice;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Acknowledgement
             * @function getTypeUrl
             * @memberof fleetmeter.v1.Acknowledgement
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Acknowledgement.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.Acknowledgement";
            };

            return Acknowledgement;
        })();

        v1.Directive = (function() {

            /**
             * Properties of a Directive.
             * @typedef {Object} fleetmeter.v1.Directive.$Properties
             * @property {Uint8Array|null} [epoch] Directive epoch
             * @property {number|null} [sequence] Directive sequence
             * @property {fleetmeter.v1.Resync.$Properties|null} [resync] Directive resync
             * @property {fleetmeter.v1.OpenEpoch.$Properties|null} [openEpoch] Directive openEpoch
             * @property {fleetmeter.v1.ResendUsage.$Properties|null} [resendUsage] Directive resendUsage
             * @property {fleetmeter.v1.SendEvidence.$Properties|null} [sendEvidence] Directive sendEvidence
             * @property {fleetmeter.v1.PollAgain.$Properties|null} [pollAgain] Directive pollAgain
             * @property {fleetmeter.v1.Split.$Properties|null} [split] Directive split
             * @property {"resync"|"openEpoch"|"resendUsage"|"sendEvidence"|"pollAgain"|"split"} [action] Directive action
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Directive.
             * @memberof fleetmeter.v1
             * @interface IDirective
             * @augments fleetmeter.v1.Directive.$Properties
             * @deprecated Use fleetmeter.v1.Directive.$Properties instead.
             */

            /**
             * Narrowed shape of a Directive.
             * @typedef {{
             *   epoch?: Uint8Array|null;
             *   sequence?: number|null;
             *   resync?: fleetmeter.v1.Resync.$Shape|null;
             *   openEpoch?: fleetmeter.v1.OpenEpoch.$Shape|null;
             *   resendUsage?: fleetmeter.v1.ResendUsage.$Shape|null;
             *   sendEvidence?: fleetmeter.v1.SendEvidence.$Shape|null;
             *   pollAgain?: fleetmeter.v1.PollAgain.$Shape|null;
             *   split?: fleetmeter.v1.Split.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ action?: undefined; resync?: null; openEpoch?: null; resendUsage?: null; sendEvidence?: null; pollAgain?: null; split?: null }|{ action?: "resync"; resync: fleetmeter.v1.Resync.$Shape; openEpoch?: null; resendUsage?: null; sendEvidence?: null; pollAgain?: null; split?: null }|{ action?: "openEpoch"; resync?: null; openEpoch: fleetmeter.v1.OpenEpoch.$Shape; resendUsage?: null; sendEvidence?: null; pollAgain?: null; split?: null }|{ action?: "resendUsage"; resync?: null; openEpoch?: null; resendUsage: fleetmeter.v1.ResendUsage.$Shape; sendEvidence?: null; pollAgain?: null; split?: null }|{ action?: "sendEvidence"; resync?: null; openEpoch?: null; resendUsage?: null; sendEvidence: fleetmeter.v1.SendEvidence.$Shape; pollAgain?: null; split?: null }|{ action?: "pollAgain"; resync?: null; openEpoch?: null; resendUsage?: null; sendEvidence?: null; pollAgain: fleetmeter.v1.PollAgain.$Shape; split?: null }|{ action?: "split"; resync?: null; openEpoch?: null; resendUsage?: null; sendEvidence?: null; pollAgain?: null; split: fleetmeter.v1.Split.$Shape })
             * )} fleetmeter.v1.Directive.$Shape
             */

            /**
             * Constructs a new Directive.
             * @memberof fleetmeter.v1
             * @classdesc Represents a Directive.
             * @constructor
             * @param {fleetmeter.v1.Directive.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Directive = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Directive epoch.
             * @member {Uint8Array} epoch
             * @memberof fleetmeter.v1.Directive
             * @instance
             */
            Directive.prototype.epoch = $util.newBuffer([]);

            /**
             * Directive sequence.
             * @member {number} sequence
             * @memberof fleetmeter.v1.Directive
             * @instance
             */
            Directive.prototype.sequence = 0;

            /**
             * Directive resync.
             * @member {fleetmeter.v1.Resync.$Properties|null|undefined} resync
             * @memberof fleetmeter.v1.Directive
             * @instance
             */
            Directive.prototype.resync = null;

            /**
             * Directive openEpoch.
             * @member {fleetmeter.v1.OpenEpoch.$Properties|null|undefined} openEpoch
             * @memberof fleetmeter.v1.Directive
             * @instance
             */
            Directive.prototype.openEpoch = null;

            /**
             * Directive resendUsage.
             * @member {fleetmeter.v1.ResendUsage.$Properties|null|undefined} resendUsage
             * @memberof fleetmeter.v1.Directive
             * @instance
             */
            Directive.prototype.resendUsage = null;

            /**
             * Directive sendEvidence.
             * @member {fleetmeter.v1.SendEvidence.$Properties|null|undefined} sendEvidence
             * @memberof fleetmeter.v1.Directive
             * @instance
             */
            Directive.prototype.sendEvidence = null;

            /**
             * Directive pollAgain.
             * @member {fleetmeter.v1.PollAgain.$Properties|null|undefined} pollAgain
             * @memberof fleetmeter.v1.Directive
             * @instance
             */
            Directive.prototype.pollAgain = null;

            /**
             * Directive split.
             * @member {fleetmeter.v1.Split.$Properties|null|undefined} split
             * @memberof fleetmeter.v1.Directive
             * @instance
             */
            Directive.prototype.split = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * Directive action.
             * @member {"resync"|"openEpoch"|"resendUsage"|"sendEvidence"|"pollAgain"|"split"|undefined} action
             * @memberof fleetmeter.v1.Directive
             * @instance
             */
            $Object.defineProperty(Directive.prototype, "action", {
                get: $util.oneOfGetter($oneOfFields = ["resync", "openEpoch", "resendUsage", "sendEvidence", "pollAgain", "split"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified Directive message. Does not implicitly {@link fleetmeter.v1.Directive.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.Directive
             * @static
             * @param {fleetmeter.v1.Directive.$Properties} message Directive message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Directive.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.epoch);
                if (message.sequence != null && $Object.hasOwnProperty.call(message, "sequence") && message.sequence !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.sequence);
                if (message.resync != null && $Object.hasOwnProperty.call(message, "resync"))
                    $root.fleetmeter.v1.Resync.encode(message.resync, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.openEpoch != null && $Object.hasOwnProperty.call(message, "openEpoch"))
                    $root.fleetmeter.v1.OpenEpoch.encode(message.openEpoch, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.resendUsage != null && $Object.hasOwnProperty.call(message, "resendUsage"))
                    $root.fleetmeter.v1.ResendUsage.encode(message.resendUsage, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.sendEvidence != null && $Object.hasOwnProperty.call(message, "sendEvidence"))
                    $root.fleetmeter.v1.SendEvidence.encode(message.sendEvidence, writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.pollAgain != null && $Object.hasOwnProperty.call(message, "pollAgain"))
                    $root.fleetmeter.v1.PollAgain.encode(message.pollAgain, writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
                if (message.split != null && $Object.hasOwnProperty.call(message, "split"))
                    $root.fleetmeter.v1.Split.encode(message.split, writer.uint32(/* id 8, wireType 2 =*/66).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Directive message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.Directive
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.Directive & fleetmeter.v1.Directive.$Shape} Directive
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Directive.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.Directive();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.sequence = value;
                            else
                                delete message.sequence;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.resync = $root.fleetmeter.v1.Resync.decode(reader, reader.size(), $undefined, _depth + 1, message.resync);
                            message.action = "resync";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.openEpoch = $root.fleetmeter.v1.OpenEpoch.decode(reader, reader.size(), $undefined, _depth + 1, message.openEpoch);
                            message.action = "openEpoch";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.resendUsage = $root.fleetmeter.v1.ResendUsage.decode(reader, reader.size(), $undefined, _depth + 1, message.resendUsage);
                            message.action = "resendUsage";
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            message.sendEvidence = $root.fleetmeter.v1.SendEvidence.decode(reader, reader.size(), $undefined, _depth + 1, message.sendEvidence);
                            message.action = "sendEvidence";
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            message.pollAgain = $root.fleetmeter.v1.PollAgain.decode(reader, reader.size(), $undefined, _depth + 1, message.pollAgain);
                            message.action = "pollAgain";
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            message.split = $root.fleetmeter.v1.Split.decode(reader, reader.size(), $undefined, _depth + 1, message.split);
                            message.action = "split";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Directive
             * @function getTypeUrl
             * @memberof fleetmeter.v1.Directive
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Directive.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.Directive";
            };

            return Directive;
        })();

        v1.Resync = (function() {

            /**
             * Properties of a Resync.
             * @typedef {Object} fleetmeter.v1.Resync.$Properties
             * @property {fleetmeter.v1.ProcessedHead.$Properties|null} [head] Resync head
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Resync.
             * @memberof fleetmeter.v1
             * @interface IResync
             * @augments fleetmeter.v1.Resync.$Properties
             * @deprecated Use fleetmeter.v1.Resync.$Properties instead.
             */

            /**
             * Shape of a Resync.
             * @typedef {fleetmeter.v1.Resync.$Properties} fleetmeter.v1.Resync.$Shape
             */

            /**
             * Constructs a new Resync.
             * @memberof fleetmeter.v1
             * @classdesc Represents a Resync.
             * @constructor
             * @param {fleetmeter.v1.Resync.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Resync = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Resync head.
             * @member {fleetmeter.v1.ProcessedHead.$Properties|null|undefined} head
             * @memberof fleetmeter.v1.Resync
             * @instance
             */
            Resync.prototype.head = null;

            /**
             * Encodes the specified Resync message. Does not implicitly {@link fleetmeter.v1.Resync.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.Resync
             * @static
             * @param {fleetmeter.v1.Resync.$Properties} message Resync message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Resync.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.head != null && $Object.hasOwnProperty.call(message, "head"))
                    $root.fleetmeter.v1.ProcessedHead.encode(message.head, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Resync message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.Resync
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.Resync & fleetmeter.v1.Resync.$Shape} Resync
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Resync.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.Resync();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.head = $root.fleetmeter.v1.ProcessedHead.decode(reader, reader.size(), $undefined, _depth + 1, message.head);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Resync
             * @function getTypeUrl
             * @memberof fleetmeter.v1.Resync
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Resync.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.Resync";
            };

            return Resync;
        })();

        v1.ProcessedHead = (function() {

            /**
             * Properties of a ProcessedHead.
             * @typedef {Object} fleetmeter.v1.ProcessedHead.$Properties
             * @property {number|null} [sequence] ProcessedHead sequence
             * @property {Uint8Array|null} [reportHash] ProcessedHead reportHash
             * @property {fleetmeter.v1.InventoryDigest.$Properties|null} [digest] ProcessedHead digest
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ProcessedHead.
             * @memberof fleetmeter.v1
             * @interface IProcessedHead
             * @augments fleetmeter.v1.ProcessedHead.$Properties
             * @deprecated Use fleetmeter.v1.ProcessedHead.$Properties instead.
             */

            /**
             * Shape of a ProcessedHead.
             * @typedef {fleetmeter.v1.ProcessedHead.$Properties} fleetmeter.v1.ProcessedHead.$Shape
             */

            /**
             * Constructs a new ProcessedHead.
             * @memberof fleetmeter.v1
             * @classdesc Represents a ProcessedHead.
             * @constructor
             * @param {fleetmeter.v1.ProcessedHead.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ProcessedHead = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ProcessedHead sequence.
             * @member {number} sequence
             * @memberof fleetmeter.v1.ProcessedHead
             * @instance
             */
            ProcessedHead.prototype.sequence = 0;

            /**
             * ProcessedHead reportHash.
             * @member {Uint8Array} reportHash
             * @memberof fleetmeter.v1.ProcessedHead
             * @instance
             */
            ProcessedHead.prototype.reportHash = $util.newBuffer([]);

            /**
             * ProcessedHead digest.
             * @member {fleetmeter.v1.InventoryDigest.$Properties|null|undefined} digest
             * @memberof fleetmeter.v1.ProcessedHead
             * @instance
             */
            ProcessedHead.prototype.digest = null;

            /**
             * Encodes the specified ProcessedHead message. Does not implicitly {@link fleetmeter.v1.ProcessedHead.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.ProcessedHead
             * @static
             * @param {fleetmeter.v1.ProcessedHead.$Properties} message ProcessedHead message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ProcessedHead.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.sequence != null && $Object.hasOwnProperty.call(message, "sequence") && message.sequence !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.sequence);
                if (message.reportHash != null && $Object.hasOwnProperty.call(message, "reportHash") && message.reportHash.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.reportHash);
                if (message.digest != null && $Object.hasOwnProperty.call(message, "digest"))
                    $root.fleetmeter.v1.InventoryDigest.encode(message.digest, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ProcessedHead message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.ProcessedHead
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.ProcessedHead & fleetmeter.v1.ProcessedHead.$Shape} ProcessedHead
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ProcessedHead.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.ProcessedHead();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.sequence = value;
                            else
                                delete message.sequence;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.reportHash = value;
                            else
                                delete message.reportHash;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.digest = $root.fleetmeter.v1.InventoryDigest.decode(reader, reader.size(), $undefined, _depth + 1, message.digest);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for ProcessedHead
             * @function getTypeUrl
             * @memberof fleetmeter.v1.ProcessedHead
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            ProcessedHead.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.ProcessedHead";
            };

            return ProcessedHead;
        })();

        v1.OpenEpoch = (function() {

            /**
             * Properties of an OpenEpoch.
             * @typedef {Object} fleetmeter.v1.OpenEpoch.$Properties
             * @property {fleetmeter.v1.ProcessedHead.$Properties|null} [head] OpenEpoch head
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an OpenEpoch.
             * @memberof fleetmeter.v1
             * @interface IOpenEpoch
             * @augments fleetmeter.v1.OpenEpoch.$Properties
             * @deprecated Use fleetmeter.v1.OpenEpoch.$Properties instead.
             */

            /**
             * Shape of an OpenEpoch.
             * @typedef {fleetmeter.v1.OpenEpoch.$Properties} fleetmeter.v1.OpenEpoch.$Shape
             */

            /**
             * Constructs a new OpenEpoch.
             * @memberof fleetmeter.v1
             * @classdesc Represents an OpenEpoch.
             * @constructor
             * @param {fleetmeter.v1.OpenEpoch.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const OpenEpoch = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * OpenEpoch head.
             * @member {fleetmeter.v1.ProcessedHead.$Properties|null|undefined} head
             * @memberof fleetmeter.v1.OpenEpoch
             * @instance
             */
            OpenEpoch.prototype.head = null;

            /**
             * Encodes the specified OpenEpoch message. Does not implicitly {@link fleetmeter.v1.OpenEpoch.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.OpenEpoch
             * @static
             * @param {fleetmeter.v1.OpenEpoch.$Properties} message OpenEpoch message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            OpenEpoch.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.head != null && $Object.hasOwnProperty.call(message, "head"))
                    $root.fleetmeter.v1.ProcessedHead.encode(message.head, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an OpenEpoch message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.OpenEpoch
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.OpenEpoch & fleetmeter.v1.OpenEpoch.$Shape} OpenEpoch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            OpenEpoch.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.OpenEpoch();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.head = $root.fleetmeter.v1.ProcessedHead.decode(reader, reader.size(), $undefined, _depth + 1, message.head);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for OpenEpoch
             * @function getTypeUrl
             * @memberof fleetmeter.v1.OpenEpoch
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            OpenEpoch.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.OpenEpoch";
            };

            return OpenEpoch;
        })();

        v1.ResendUsage = (function() {

            /**
             * Properties of a ResendUsage.
             * @typedef {Object} fleetmeter.v1.ResendUsage.$Properties
             * @property {number|null} [sinceDay] ResendUsage sinceDay
             * @property {number|null} [afterSequence] ResendUsage afterSequence
             * @property {Array.<number>|null} [days] ResendUsage days
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ResendUsage.
             * @memberof fleetmeter.v1
             * @interface IResendUsage
             * @augments fleetmeter.v1.ResendUsage.$Properties
             * @deprecated Use fleetmeter.v1.ResendUsage.$Properties instead.
             */

            /**
             * Shape of a ResendUsage.
             * @typedef {fleetmeter.v1.ResendUsage.$Properties} fleetmeter.v1.ResendUsage.$Shape
             */

            /**
             * Constructs a new ResendUsage.
             * @memberof fleetmeter.v1
             * @classdesc Represents a ResendUsage.
             * @constructor
             * @param {fleetmeter.v1.ResendUsage.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ResendUsage = function (properties) {
                this.days = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ResendUsage sinceDay.
             * @member {number} sinceDay
             * @memberof fleetmeter.v1.ResendUsage
             * @instance
             */
            ResendUsage.prototype.sinceDay = 0;

            /**
             * ResendUsage afterSequence.
             * @member {number|null|undefined} afterSequence
             * @memberof fleetmeter.v1.ResendUsage
             * @instance
             */
            ResendUsage.prototype.afterSequence = null;

            /**
             * ResendUsage days.
             * @member {Array.<number>} days
             * @memberof fleetmeter.v1.ResendUsage
             * @instance
             */
            ResendUsage.prototype.days = $util.emptyArray;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ResendUsage.prototype, "_afterSequence", {
                get: $util.oneOfGetter($oneOfFields = ["afterSequence"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified ResendUsage message. Does not implicitly {@link fleetmeter.v1.ResendUsage.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.ResendUsage
             * @static
             * @param {fleetmeter.v1.ResendUsage.$Properties} message ResendUsage message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ResendUsage.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.sinceDay != null && $Object.hasOwnProperty.call(message, "sinceDay") && message.sinceDay !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.sinceDay);
                if (message.afterSequence != null && $Object.hasOwnProperty.call(message, "afterSequence"))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.afterSequence);
                if (message.days != null && message.days.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).uint32s(message.days);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ResendUsage message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.ResendUsage
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.ResendUsage & fleetmeter.v1.ResendUsage.$Shape} ResendUsage
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ResendUsage.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.ResendUsage();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.sinceDay = value;
                            else
                                delete message.sinceDay;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            message.afterSequence = reader.uint32();
                            message._afterSequence = "afterSequence";
                            continue;
                        }
                    case 3: {
                            if (wireType === 2) {
                                if (!(message.days && message.days.length))
                                    message.days = [];
                                reader.uint32s(message.days);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.days && message.days.length))
                                message.days = [];
                            message.days.push(reader.uint32());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for ResendUsage
             * @function getTypeUrl
             * @memberof fleetmeter.v1.ResendUsage
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            ResendUsage.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.ResendUsage";
            };

            return ResendUsage;
        })();

        v1.Split = (function() {

            /**
             * Properties of a Split.
             * @typedef {Object} fleetmeter.v1.Split.$Properties
             * @property {Uint8Array|null} [ticket] Split ticket
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Split.
             * @memberof fleetmeter.v1
             * @interface ISplit
             * @augments fleetmeter.v1.Split.$Properties
             * @deprecated Use fleetmeter.v1.Split.$Properties instead.
             */

            /**
             * Shape of a Split.
             * @typedef {fleetmeter.v1.Split.$Properties} fleetmeter.v1.Split.$Shape
             */

            /**
             * Constructs a new Split.
             * @memberof fleetmeter.v1
             * @classdesc Represents a Split.
             * @constructor
             * @param {fleetmeter.v1.Split.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Split = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Split ticket.
             * @member {Uint8Array} ticket
             * @memberof fleetmeter.v1.Split
             * @instance
             */
            Split.prototype.ticket = $util.newBuffer([]);

            /**
             * Encodes the specified Split message. Does not implicitly {@link fleetmeter.v1.Split.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.Split
             * @static
             * @param {fleetmeter.v1.Split.$Properties} message Split message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Split.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.ticket != null && $Object.hasOwnProperty.call(message, "ticket") && message.ticket.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.ticket);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Split message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.Split
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.Split & fleetmeter.v1.Split.$Shape} Split
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Split.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.Split();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.ticket = value;
                            else
                                delete message.ticket;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Split
             * @function getTypeUrl
             * @memberof fleetmeter.v1.Split
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Split.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.Split";
            };

            return Split;
        })();

        v1.SendEvidence = (function() {

            /**
             * Properties of a SendEvidence.
             * @typedef {Object} fleetmeter.v1.SendEvidence.$Properties
             * @property {Uint8Array|null} [executableIds] SendEvidence executableIds
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SendEvidence.
             * @memberof fleetmeter.v1
             * @interface ISendEvidence
             * @augments fleetmeter.v1.SendEvidence.$Properties
             * @deprecated Use fleetmeter.v1.SendEvidence.$Properties instead.
             */

            /**
             * Shape of a SendEvidence.
             * @typedef {fleetmeter.v1.SendEvidence.$Properties} fleetmeter.v1.SendEvidence.$Shape
             */

            /**
             * Constructs a new SendEvidence.
             * @memberof fleetmeter.v1
             * @classdesc Represents a SendEvidence.
             * @constructor
             * @param {fleetmeter.v1.SendEvidence.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SendEvidence = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SendEvidence executableIds.
             * @member {Uint8Array} executableIds
             * @memberof fleetmeter.v1.SendEvidence
             * @instance
             */
            SendEvidence.prototype.executableIds = $util.newBuffer([]);

            /**
             * Encodes the specified SendEvidence message. Does not implicitly {@link fleetmeter.v1.SendEvidence.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.SendEvidence
             * @static
             * @param {fleetmeter.v1.SendEvidence.$Properties} message SendEvidence message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SendEvidence.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.executableIds != null && $Object.hasOwnProperty.call(message, "executableIds") && message.executableIds.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.executableIds);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SendEvidence message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.SendEvidence
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.SendEvidence & fleetmeter.v1.SendEvidence.$Shape} SendEvidence
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SendEvidence.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.SendEvidence();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.executableIds = value;
                            else
                                delete message.executableIds;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for SendEvidence
             * @function getTypeUrl
             * @memberof fleetmeter.v1.SendEvidence
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            SendEvidence.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.SendEvidence";
            };

            return SendEvidence;
        })();

        v1.PollAgain = (function() {

            /**
             * Properties of a PollAgain.
             * @typedef {Object} fleetmeter.v1.PollAgain.$Properties
             * @property {number|null} [afterSeconds] PollAgain afterSeconds
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a PollAgain.
             * @memberof fleetmeter.v1
             * @interface IPollAgain
             * @augments fleetmeter.v1.PollAgain.$Properties
             * @deprecated Use fleetmeter.v1.PollAgain.$Properties instead.
             */

            /**
             * Shape of a PollAgain.
             * @typedef {fleetmeter.v1.PollAgain.$Properties} fleetmeter.v1.PollAgain.$Shape
             */

            /**
             * Constructs a new PollAgain.
             * @memberof fleetmeter.v1
             * @classdesc Represents a PollAgain.
             * @constructor
             * @param {fleetmeter.v1.PollAgain.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const PollAgain = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * PollAgain afterSeconds.
             * @member {number} afterSeconds
             * @memberof fleetmeter.v1.PollAgain
             * @instance
             */
            PollAgain.prototype.afterSeconds = 0;

            /**
             * Encodes the specified PollAgain message. Does not implicitly {@link fleetmeter.v1.PollAgain.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.PollAgain
             * @static
             * @param {fleetmeter.v1.PollAgain.$Properties} message PollAgain message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            PollAgain.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.afterSeconds != null && $Object.hasOwnProperty.call(message, "afterSeconds") && message.afterSeconds !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.afterSeconds);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a PollAgain message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.PollAgain
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.PollAgain & fleetmeter.v1.PollAgain.$Shape} PollAgain
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            PollAgain.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.PollAgain();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.afterSeconds = value;
                            else
                                delete message.afterSeconds;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for PollAgain
             * @function getTypeUrl
             * @memberof fleetmeter.v1.PollAgain
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            PollAgain.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.PollAgain";
            };

            return PollAgain;
        })();

        v1.QuarantinedRecord = (function() {

            /**
             * Properties of a QuarantinedRecord.
             * @typedef {Object} fleetmeter.v1.QuarantinedRecord.$Properties
             * @property {number|null} [sequence] QuarantinedRecord sequence
             * @property {string|null} [reason] QuarantinedRecord reason
             * @property {string|null} [detail] QuarantinedRecord detail
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a QuarantinedRecord.
             * @memberof fleetmeter.v1
             * @interface IQuarantinedRecord
             * @augments fleetmeter.v1.QuarantinedRecord.$Properties
             * @deprecated Use fleetmeter.v1.QuarantinedRecord.$Properties instead.
             */

            /**
             * Shape of a QuarantinedRecord.
             * @typedef {fleetmeter.v1.QuarantinedRecord.$Properties} fleetmeter.v1.QuarantinedRecord.$Shape
             */

            /**
             * Constructs a new QuarantinedRecord.
             * @memberof fleetmeter.v1
             * @classdesc Represents a QuarantinedRecord.
             * @constructor
             * @param {fleetmeter.v1.QuarantinedRecord.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const QuarantinedRecord = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * QuarantinedRecord sequence.
             * @member {number} sequence
             * @memberof fleetmeter.v1.QuarantinedRecord
             * @instance
             */
            QuarantinedRecord.prototype.sequence = 0;

            /**
             * QuarantinedRecord reason.
             * @member {string} reason
             * @memberof fleetmeter.v1.QuarantinedRecord
             * @instance
             */
            QuarantinedRecord.prototype.reason = "";

            /**
             * QuarantinedRecord detail.
             * @member {string} detail
             * @memberof fleetmeter.v1.QuarantinedRecord
             * @instance
             */
            QuarantinedRecord.prototype.detail = "";

            /**
             * Encodes the specified QuarantinedRecord message. Does not implicitly {@link fleetmeter.v1.QuarantinedRecord.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.QuarantinedRecord
             * @static
             * @param {fleetmeter.v1.QuarantinedRecord.$Properties} message QuarantinedRecord message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            QuarantinedRecord.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.sequence != null && $Object.hasOwnProperty.call(message, "sequence") && message.sequence !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.sequence);
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.reason);
                if (message.detail != null && $Object.hasOwnProperty.call(message, "detail") && message.detail !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.detail);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a QuarantinedRecord message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.QuarantinedRecord
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.QuarantinedRecord & fleetmeter.v1.QuarantinedRecord.$Shape} QuarantinedRecord
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            QuarantinedRecord.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.QuarantinedRecord();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.sequence = value;
                            else
                                delete message.sequence;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.detail = value;
                            else
                                delete message.detail;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for QuarantinedRecord
             * @function getTypeUrl
             * @memberof fleetmeter.v1.QuarantinedRecord
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            QuarantinedRecord.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.QuarantinedRecord";
            };

            return QuarantinedRecord;
        })();

        v1.Report = (function() {

            /**
             * Properties of a Report.
             * @typedef {Object} fleetmeter.v1.Report.$Properties
             * @property {Uint8Array|null} [collectorId] Report collectorId
             * @property {Uint8Array|null} [deviceId] Report deviceId
             * @property {fleetmeter.v1.Epoch.$Properties|null} [epoch] Report epoch
             * @property {number|null} [sequence] Report sequence
             * @property {number|null} [composedAt] Report composedAt
             * @property {number|null} [utcOffsetSeconds] Report utcOffsetSeconds
             * @property {fleetmeter.v1.InventoryDigest.$Properties|null} [digestBefore] Report digestBefore
             * @property {fleetmeter.v1.InventoryDigest.$Properties|null} [digestAfter] Report digestAfter
             * @property {fleetmeter.v1.InventoryChange.$Properties|null} [inventory] Report inventory
             * @property {fleetmeter.v1.Usage.$Properties|null} [usage] Report usage
             * @property {fleetmeter.v1.HostFacts.$Properties|null} [host] Report host
             * @property {fleetmeter.v1.AgentCost.$Properties|null} [cost] Report cost
             * @property {Uint8Array|null} [previousHash] Report previousHash
             * @property {number|null} [settingsVersion] Report settingsVersion
             * @property {number|null} [noticeSerial] Report noticeSerial
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Report.
             * @memberof fleetmeter.v1
             * @interface IReport
             * @augments fleetmeter.v1.Report.$Properties
             * @deprecated Use fleetmeter.v1.Report.$Properties instead.
             */

            /**
             * Shape of a Report.
             * @typedef {fleetmeter.v1.Report.$Properties} fleetmeter.v1.Report.$Shape
             */

            /**
             * Constructs a new Report.
             * @memberof fleetmeter.v1
             * @classdesc Represents a Report.
             * @constructor
             * @param {fleetmeter.v1.Report.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Report = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Report collectorId.
             * @member {Uint8Array} collectorId
             * @memberof fleetmeter.v1.Report
             * @instance
             */
            Report.prototype.collectorId = $util.newBuffer([]);

            /**
             * Report deviceId.
             * @member {Uint8Array} deviceId
             * @memberof fleetmeter.v1.Report
             * @instance
             */
            Report.prototype.deviceId = $util.newBuffer([]);

            /**
             * Report epoch.
             * @member {fleetmeter.v1.Epoch.$Properties|null|undefined} epoch
             * @memberof fleetmeter.v1.Report
             * @instance
             */
            Report.prototype.epoch = null;

            /**
             * Report sequence.
             * @member {number} sequence
             * @memberof fleetmeter.v1.Report
             * @instance
             */
            Report.prototype.sequence = 0;

            /**
             * Report composedAt.
             * @member {number} composedAt
             * @memberof fleetmeter.v1.Report
             * @instance
             */
            Report.prototype.composedAt = 0;

            /**
             * Report utcOffsetSeconds.
             * @member {number} utcOffsetSeconds
             * @memberof fleetmeter.v1.Report
             * @instance
             */
            Report.prototype.utcOffsetSeconds = 0;

            /**
             * Report digestBefore.
             * @member {fleetmeter.v1.InventoryDigest.$Properties|null|undefined} digestBefore
             * @memberof fleetmeter.v1.Report
             * @instance
             */
            Report.prototype.digestBefore = null;

            /**
             * Report digestAfter.
             * @member {fleetmeter.v1.InventoryDigest.$Properties|null|undefined} digestAfter
             * @memberof fleetmeter.v1.Report
             * @instance
             */
            Report.prototype.digestAfter = null;

            /**
             * Report inventory.
             * @member {fleetmeter.v1.InventoryChange.$Properties|null|undefined} inventory
             * @memberof fleetmeter.v1.Report
             * @instance
             */
            Report.prototype.inventory = null;

            /**
             * Report usage.
             * @member {fleetmeter.v1.Usage.$Properties|null|undefined} usage
             * @memberof fleetmeter.v1.Report
             * @instance
             */
            Report.prototype.usage = null;

            /**
             * Report host.
             * @member {fleetmeter.v1.HostFacts.$Properties|null|undefined} host
             * @memberof fleetmeter.v1.Report
             * @instance
             */
            Report.prototype.host = null;

            /**
             * Report cost.
             * @member {fleetmeter.v1.AgentCost.$Properties|null|undefined} cost
             * @memberof fleetmeter.v1.Report
             * @instance
             */
            Report.prototype.cost = null;

            /**
             * Report previousHash.
             * @member {Uint8Array} previousHash
             * @memberof fleetmeter.v1.Report
             * @instance
             */
            Report.prototype.previousHash = $util.newBuffer([]);

            /**
             * Report settingsVersion.
             * @member {number} settingsVersion
             * @memberof fleetmeter.v1.Report
             * @instance
             */
            Report.prototype.settingsVersion = 0;

            /**
             * Report noticeSerial.
             * @member {number} noticeSerial
             * @memberof fleetmeter.v1.Report
             * @instance
             */
            Report.prototype.noticeSerial = 0;

            /**
             * Encodes the specified Report message. Does not implicitly {@link fleetmeter.v1.Report.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.Report
             * @static
             * @param {fleetmeter.v1.Report.$Properties} message Report message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Report.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.collectorId != null && $Object.hasOwnProperty.call(message, "collectorId") && message.collectorId.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.collectorId);
                if (message.deviceId != null && $Object.hasOwnProperty.call(message, "deviceId") && message.deviceId.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.deviceId);
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch"))
                    $root.fleetmeter.v1.Epoch.encode(message.epoch, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.sequence != null && $Object.hasOwnProperty.call(message, "sequence") && message.sequence !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.sequence);
                if (message.composedAt != null && $Object.hasOwnProperty.call(message, "composedAt") && message.composedAt !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.composedAt);
                if (message.utcOffsetSeconds != null && $Object.hasOwnProperty.call(message, "utcOffsetSeconds") && message.utcOffsetSeconds !== 0)
                    writer.uint32(/* id 6, wireType 0 =*/48).sint32(message.utcOffsetSeconds);
                if (message.digestBefore != null && $Object.hasOwnProperty.call(message, "digestBefore"))
                    $root.fleetmeter.v1.InventoryDigest.encode(message.digestBefore, writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
                if (message.digestAfter != null && $Object.hasOwnProperty.call(message, "digestAfter"))
                    $root.fleetmeter.v1.InventoryDigest.encode(message.digestAfter, writer.uint32(/* id 8, wireType 2 =*/66).fork(), _depth + 1).ldelim();
                if (message.inventory != null && $Object.hasOwnProperty.call(message, "inventory"))
                    $root.fleetmeter.v1.InventoryChange.encode(message.inventory, writer.uint32(/* id 9, wireType 2 =*/74).fork(), _depth + 1).ldelim();
                if (message.usage != null && $Object.hasOwnProperty.call(message, "usage"))
                    $root.fleetmeter.v1.Usage.encode(message.usage, writer.uint32(/* id 10, wireType 2 =*/82).fork(), _depth + 1).ldelim();
                if (message.host != null && $Object.hasOwnProperty.call(message, "host"))
                    $root.fleetmeter.v1.HostFacts.encode(message.host, writer.uint32(/* id 11, wireType 2 =*/90).fork(), _depth + 1).ldelim();
                if (message.cost != null && $Object.hasOwnProperty.call(message, "cost"))
                    $root.fleetmeter.v1.AgentCost.encode(message.cost, writer.uint32(/* id 12, wireType 2 =*/98).fork(), _depth + 1).ldelim();
                if (message.previousHash != null && $Object.hasOwnProperty.call(message, "previousHash") && message.previousHash.length)
                    writer.uint32(/* id 13, wireType 2 =*/106).bytes(message.previousHash);
                if (message.settingsVersion != null && $Object.hasOwnProperty.call(message, "settingsVersion") && message.settingsVersion !== 0)
                    writer.uint32(/* id 14, wireType 0 =*/112).uint32(message.settingsVersion);
                if (message.noticeSerial != null && $Object.hasOwnProperty.call(message, "noticeSerial") && message.noticeSerial !== 0)
                    writer.uint32(/* id 15, wireType 0 =*/120).uint32(message.noticeSerial);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Report message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.Report
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.Report & fleetmeter.v1.Report.$Shape} Report
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Report.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.Report();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.collectorId = value;
                            else
                                delete message.collectorId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.deviceId = value;
                            else
                                delete message.deviceId;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.epoch = $root.fleetmeter.v1.Epoch.decode(reader, reader.size(), $undefined, _depth + 1, message.epoch);
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.sequence = value;
                            else
                                delete message.sequence;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.composedAt = value;
                            else
                                delete message.composedAt;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.sint32())
                                message.utcOffsetSeconds = value;
                            else
                                delete message.utcOffsetSeconds;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            message.digestBefore = $root.fleetmeter.v1.InventoryDigest.decode(reader, reader.size(), $undefined, _depth + 1, message.digestBefore);
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            message.digestAfter = $root.fleetmeter.v1.InventoryDigest.decode(reader, reader.size(), $undefined, _depth + 1, message.digestAfter);
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            message.inventory = $root.fleetmeter.v1.InventoryChange.decode(reader, reader.size(), $undefined, _depth + 1, message.inventory);
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.usage = $root.fleetmeter.v1.Usage.decode(reader, reader.size(), $undefined, _depth + 1, message.usage);
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            message.host = $root.fleetmeter.v1.HostFacts.decode(reader, reader.size(), $undefined, _depth + 1, message.host);
                            continue;
                        }
                    case 12: {
                            if (wireType !== 2)
                                break;
                            message.cost = $root.fleetmeter.v1.AgentCost.decode(reader, reader.size(), $undefined, _depth + 1, message.cost);
                            continue;
                        }
                    case 13: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.previousHash = value;
                            else
                                delete message.previousHash;
                            continue;
                        }
                    case 14: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.settingsVersion = value;
                            else
                                delete message.settingsVersion;
                            continue;
                        }
                    case 15: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.noticeSerial = value;
                            else
                                delete message.noticeSerial;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Report
             * @function getTypeUrl
             * @memberof fleetmeter.v1.Report
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Report.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.Report";
            };

            return Report;
        })();

        v1.Epoch = (function() {

            /**
             * Properties of an Epoch.
             * @typedef {Object} fleetmeter.v1.Epoch.$Properties
             * @property {Uint8Array|null} [id] Epoch id
             * @property {fleetmeter.v1.EpochParent.$Properties|null} [parent] Epoch parent
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Epoch.
             * @memberof fleetmeter.v1
             * @interface IEpoch
             * @augments fleetmeter.v1.Epoch.$Properties
             * @deprecated Use fleetmeter.v1.Epoch.$Properties instead.
             */

            /**
             * Shape of an Epoch.
             * @typedef {fleetmeter.v1.Epoch.$Properties} fleetmeter.v1.Epoch.$Shape
             */

            /**
             * Constructs a new Epoch.
             * @memberof fleetmeter.v1
             * @classdesc Represents an Epoch.
             * @constructor
             * @param {fleetmeter.v1.Epoch.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Epoch = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Epoch id.
             * @member {Uint8Array} id
             * @memberof fleetmeter.v1.Epoch
             * @instance
             */
            Epoch.prototype.id = $util.newBuffer([]);

            /**
             * Epoch parent.
             * @member {fleetmeter.v1.EpochParent.$Properties|null|undefined} parent
             * @memberof fleetmeter.v1.Epoch
             * @instance
             */
            Epoch.prototype.parent = null;

            /**
             * Encodes the specified Epoch message. Does not implicitly {@link fleetmeter.v1.Epoch.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.Epoch
             * @static
             * @param {fleetmeter.v1.Epoch.$Properties} message Epoch message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Epoch.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.id);
                if (message.parent != null && $Object.hasOwnProperty.call(message, "parent"))
                    $root.fleetmeter.v1.EpochParent.encode(message.parent, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Epoch message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.Epoch
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.Epoch & fleetmeter.v1.Epoch.$Shape} Epoch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Epoch.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.Epoch();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.id = value;
                            else
                                delete message.id;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.parent = $root.fleetmeter.v1.EpochParent.decode(reader, reader.size(), $undefined, _depth + 1, message.parent);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Epoch
             * @function getTypeUrl
             * @memberof fleetmeter.v1.Epoch
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Epoch.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.Epoch";
            };

            return Epoch;
        })();

        v1.EpochParent = (function() {

            /**
             * Properties of an EpochParent.
             * @typedef {Object} fleetmeter.v1.EpochParent.$Properties
             * @property {Uint8Array|null} [id] EpochParent id
             * @property {number|null} [sequence] EpochParent sequence
             * @property {fleetmeter.v1.InventoryDigest.$Properties|null} [digest] EpochParent digest
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an EpochParent.
             * @memberof fleetmeter.v1
             * @interface IEpochParent
             * @augments fleetmeter.v1.EpochParent.$Properties
             * @deprecated Use fleetmeter.v1.EpochParent.$Properties instead.
             */

            /**
             * Shape of an EpochParent.
             * @typedef {fleetmeter.v1.EpochParent.$Properties} fleetmeter.v1.EpochParent.$Shape
             */

            /**
             * Constructs a new EpochParent.
             * @memberof fleetmeter.v1
             * @classdesc Represents an EpochParent.
             * @constructor
             * @param {fleetmeter.v1.EpochParent.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const EpochParent = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * EpochParent id.
             * @member {Uint8Array} id
             * @memberof fleetmeter.v1.EpochParent
             * @instance
             */
            EpochParent.prototype.id = $util.newBuffer([]);

            /**
             * EpochParent sequence.
             * @member {number} sequence
             * @memberof fleetmeter.v1.EpochParent
             * @instance
             */
            EpochParent.prototype.sequence = 0;

            /**
             * EpochParent digest.
             * @member {fleetmeter.v1.InventoryDigest.$Properties|null|undefined} digest
             * @memberof fleetmeter.v1.EpochParent
             * @instance
             */
            EpochParent.prototype.digest = null;

            /**
             * Encodes the specified EpochParent message. Does not implicitly {@link fleetmeter.v1.EpochParent.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.EpochParent
             * @static
             * @param {fleetmeter.v1.EpochParent.$Properties} message EpochParent message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            EpochParent.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.id);
                if (message.sequence != null && $Object.hasOwnProperty.call(message, "sequence") && message.sequence !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.sequence);
                if (message.digest != null && $Object.hasOwnProperty.call(message, "digest"))
                    $root.fleetmeter.v1.InventoryDigest.encode(message.digest, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an EpochParent message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.EpochParent
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.EpochParent & fleetmeter.v1.EpochParent.$Shape} EpochParent
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            EpochParent.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.EpochParent();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.id = value;
                            else
                                delete message.id;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.sequence = value;
                            else
                                delete message.sequence;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.digest = $root.fleetmeter.v1.InventoryDigest.decode(reader, reader.size(), $undefined, _depth + 1, message.digest);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for EpochParent
             * @function getTypeUrl
             * @memberof fleetmeter.v1.EpochParent
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            EpochParent.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.EpochParent";
            };

            return EpochParent;
        })();

        v1.InventoryDigest = (function() {

            /**
             * Properties of an InventoryDigest.
             * @typedef {Object} fleetmeter.v1.InventoryDigest.$Properties
             * @property {number|null} [count] InventoryDigest count
             * @property {Uint8Array|null} [sum] InventoryDigest sum
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an InventoryDigest.
             * @memberof fleetmeter.v1
             * @interface IInventoryDigest
             * @augments fleetmeter.v1.InventoryDigest.$Properties
             * @deprecated Use fleetmeter.v1.InventoryDigest.$Properties instead.
             */

            /**
             * Shape of an InventoryDigest.
             * @typedef {fleetmeter.v1.InventoryDigest.$Properties} fleetmeter.v1.InventoryDigest.$Shape
             */

            /**
             * Constructs a new InventoryDigest.
             * @memberof fleetmeter.v1
             * @classdesc Represents an InventoryDigest.
             * @constructor
             * @param {fleetmeter.v1.InventoryDigest.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const InventoryDigest = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * InventoryDigest count.
             * @member {number} count
             * @memberof fleetmeter.v1.InventoryDigest
             * @instance
             */
            InventoryDigest.prototype.count = 0;

            /**
             * InventoryDigest sum.
             * @member {Uint8Array} sum
             * @memberof fleetmeter.v1.InventoryDigest
             * @instance
             */
            InventoryDigest.prototype.sum = $util.newBuffer([]);

            /**
             * Encodes the specified InventoryDigest message. Does not implicitly {@link fleetmeter.v1.InventoryDigest.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.InventoryDigest
             * @static
             * @param {fleetmeter.v1.InventoryDigest.$Properties} message InventoryDigest message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            InventoryDigest.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.count != null && $Object.hasOwnProperty.call(message, "count") && message.count !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.count);
                if (message.sum != null && $Object.hasOwnProperty.call(message, "sum") && message.sum.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.sum);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an InventoryDigest message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.InventoryDigest
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.InventoryDigest & fleetmeter.v1.InventoryDigest.$Shape} InventoryDigest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            InventoryDigest.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.InventoryDigest();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.count = value;
                            else
                                delete message.count;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.sum = value;
                            else
                                delete message.sum;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for InventoryDigest
             * @function getTypeUrl
             * @memberof fleetmeter.v1.InventoryDigest
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            InventoryDigest.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.InventoryDigest";
            };

            return InventoryDigest;
        })();

        v1.InventoryChange = (function() {

            /**
             * Properties of an InventoryChange.
             * @typedef {Object} fleetmeter.v1.InventoryChange.$Properties
             * @property {boolean|null} [baseline] InventoryChange baseline
             * @property {Uint8Array|null} [presentIds] InventoryChange presentIds
             * @property {Uint8Array|null} [absentIds] InventoryChange absentIds
             * @property {number|null} [part] InventoryChange part
             * @property {number|null} [parts] InventoryChange parts
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an InventoryChange.
             * @memberof fleetmeter.v1
             * @interface IInventoryChange
             * @augments fleetmeter.v1.InventoryChange.$Properties
             * @deprecated Use fleetmeter.v1.InventoryChange.$Properties instead.
             */

            /**
             * Shape of an InventoryChange.
             * @typedef {fleetmeter.v1.InventoryChange.$Properties} fleetmeter.v1.InventoryChange.$Shape
             */

            /**
             * Constructs a new InventoryChange.
             * @memberof fleetmeter.v1
             * @classdesc Represents an InventoryChange.
             * @constructor
             * @param {fleetmeter.v1.InventoryChange.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const InventoryChange = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * InventoryChange baseline.
             * @member {boolean} baseline
             * @memberof fleetmeter.v1.InventoryChange
             * @instance
             */
            InventoryChange.prototype.baseline = false;

            /**
             * InventoryChange presentIds.
             * @member {Uint8Array} presentIds
             * @memberof fleetmeter.v1.InventoryChange
             * @instance
             */
            InventoryChange.prototype.presentIds = $util.newBuffer([]);

            /**
             * InventoryChange absentIds.
             * @member {Uint8Array} absentIds
             * @memberof fleetmeter.v1.InventoryChange
             * @instance
             */
            InventoryChange.prototype.absentIds = $util.newBuffer([]);

            /**
             * InventoryChange part.
             * @member {number|null|undefined} part
             * @memberof fleetmeter.v1.InventoryChange
             * @instance
             */
            InventoryChange.prototype.part = null;

            /**
             * InventoryChange parts.
             * @member {number|null|undefined} parts
             * @memberof fleetmeter.v1.InventoryChange
             * @instance
             */
            InventoryChange.prototype.parts = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(InventoryChange.prototype, "_part", {
                get: $util.oneOfGetter($oneOfFields = ["part"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(InventoryChange.prototype, "_parts", {
                get: $util.oneOfGetter($oneOfFields = ["parts"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified InventoryChange message. Does not implicitly {@link fleetmeter.v1.InventoryChange.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.InventoryChange
             * @static
             * @param {fleetmeter.v1.InventoryChange.$Properties} message InventoryChange message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            InventoryChange.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.baseline != null && $Object.hasOwnProperty.call(message, "baseline") && message.baseline !== false)
                    writer.uint32(/* id 1, wireType 0 =*/8).bool(message.baseline);
                if (message.presentIds != null && $Object.hasOwnProperty.call(message, "presentIds") && message.presentIds.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.presentIds);
                if (message.absentIds != null && $Object.hasOwnProperty.call(message, "absentIds") && message.absentIds.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.absentIds);
                if (message.part != null && $Object.hasOwnProperty.call(message, "part"))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.part);
                if (message.parts != null && $Object.hasOwnProperty.call(message, "parts"))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.parts);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an InventoryChange message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.InventoryChange
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.InventoryChange & fleetmeter.v1.InventoryChange.$Shape} InventoryChange
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            InventoryChange.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.InventoryChange();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.baseline = value;
                            else
                                delete message.baseline;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.presentIds = value;
                            else
                                delete message.presentIds;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.absentIds = value;
                            else
                                delete message.absentIds;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            message.part = reader.uint32();
                            message._part = "part";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            message.parts = reader.uint32();
                            message._parts = "parts";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for InventoryChange
             * @function getTypeUrl
             * @memberof fleetmeter.v1.InventoryChange
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            InventoryChange.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.InventoryChange";
            };

            return InventoryChange;
        })();

        v1.Usage = (function() {

            /**
             * Properties of a Usage.
             * @typedef {Object} fleetmeter.v1.Usage.$Properties
             * @property {Uint8Array|null} [runs] Usage runs
             * @property {Array.<Uint8Array>|null} [users] Usage users
             * @property {Array.<fleetmeter.v1.UsageRecord.$Properties>|null} [records] Usage records
             * @property {Array.<fleetmeter.v1.Coverage.$Properties>|null} [coverage] Usage coverage
             * @property {Array.<fleetmeter.v1.UsageDigest.$Properties>|null} [digests] Usage digests
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Usage.
             * @memberof fleetmeter.v1
             * @interface IUsage
             * @augments fleetmeter.v1.Usage.$Properties
             * @deprecated Use fleetmeter.v1.Usage.$Properties instead.
             */

            /**
             * Shape of a Usage.
             * @typedef {fleetmeter.v1.Usage.$Properties} fleetmeter.v1.Usage.$Shape
             */

            /**
             * Constructs a new Usage.
             * @memberof fleetmeter.v1
             * @classdesc Represents a Usage.
             * @constructor
             * @param {fleetmeter.v1.Usage.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Usage = function (properties) {
                this.users = [];
                this.records = [];
                this.coverage = [];
                this.digests = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Usage runs.
             * @member {Uint8Array} runs
             * @memberof fleetmeter.v1.Usage
             * @instance
             */
            Usage.prototype.runs = $util.newBuffer([]);

            /**
             * Usage users.
             * @member {Array.<Uint8Array>} users
             * @memberof fleetmeter.v1.Usage
             * @instance
             */
            Usage.prototype.users = $util.emptyArray;

            /**
             * Usage records.
             * @member {Array.<fleetmeter.v1.UsageRecord.$Properties>} records
             * @memberof fleetmeter.v1.Usage
             * @instance
             */
            Usage.prototype.records = $util.emptyArray;

            /**
             * Usage coverage.
             * @member {Array.<fleetmeter.v1.Coverage.$Properties>} coverage
             * @memberof fleetmeter.v1.Usage
             * @instance
             */
            Usage.prototype.coverage = $util.emptyArray;

            /**
             * Usage digests.
             * @member {Array.<fleetmeter.v1.UsageDigest.$Properties>} digests
             * @memberof fleetmeter.v1.Usage
             * @instance
             */
            Usage.prototype.digests = $util.emptyArray;

            /**
             * Encodes the specified Usage message. Does not implicitly {@link fleetmeter.v1.Usage.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.Usage
             * @static
             * @param {fleetmeter.v1.Usage.$Properties} message Usage message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Usage.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.runs != null && $Object.hasOwnProperty.call(message, "runs") && message.runs.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.runs);
                if (message.users != null && message.users.length)
                    for (let i = 0; i < message.users.length; ++i)
                        writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.users[i]);
                if (message.records != null && message.records.length)
                    for (let i = 0; i < message.records.length; ++i)
                        $root.fleetmeter.v1.UsageRecord.encode(message.records[i], writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.coverage != null && message.coverage.length)
                    for (let i = 0; i < message.coverage.length; ++i)
                        $root.fleetmeter.v1.Coverage.encode(message.coverage[i], writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.digests != null && message.digests.length)
                    for (let i = 0; i < message.digests.length; ++i)
                        $root.fleetmeter.v1.UsageDigest.encode(message.digests[i], writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Usage message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.Usage
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.Usage & fleetmeter.v1.Usage.$Shape} Usage
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Usage.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.Usage();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.runs = value;
                            else
                                delete message.runs;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.users && message.users.length))
                                message.users = [];
                            message.users.push(reader.bytes());
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.records && message.records.length))
                                message.records = [];
                            message.records.push($root.fleetmeter.v1.UsageRecord.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.coverage && message.coverage.length))
                                message.coverage = [];
                            message.coverage.push($root.fleetmeter.v1.Coverage.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if (!(message.digests && message.digests.length))
                                message.digests = [];
                            message.digests.push($root.fleetmeter.v1.UsageDigest.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Usage
             * @function getTypeUrl
             * @memberof fleetmeter.v1.Usage
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Usage.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.Usage";
            };

            return Usage;
        })();

        v1.UsageDigest = (function() {

            /**
             * Properties of a UsageDigest.
             * @typedef {Object} fleetmeter.v1.UsageDigest.$Properties
             * @property {number|null} [day] UsageDigest day
             * @property {number|null} [run] UsageDigest run
             * @property {number|null} [records] UsageDigest records
             * @property {number|null} [seconds] UsageDigest seconds
             * @property {number|null} [launches] UsageDigest launches
             * @property {number|null} [marks] UsageDigest marks
             * @property {number|null} [coverageSeconds] UsageDigest coverageSeconds
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a UsageDigest.
             * @memberof fleetmeter.v1
             * @interface IUsageDigest
             * @augments fleetmeter.v1.UsageDigest.$Properties
             * @deprecated Use fleetmeter.v1.UsageDigest.$Properties instead.
             */

            /**
             * Shape of a UsageDigest.
             * @typedef {fleetmeter.v1.UsageDigest.$Properties} fleetmeter.v1.UsageDigest.$Shape
             */

            /**
             * Constructs a new UsageDigest.
             * @memberof fleetmeter.v1
             * @classdesc Represents a UsageDigest.
             * @constructor
             * @param {fleetmeter.v1.UsageDigest.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const UsageDigest = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * UsageDigest day.
             * @member {number} day
             * @memberof fleetmeter.v1.UsageDigest
             * @instance
             */
            UsageDigest.prototype.day = 0;

            /**
             * UsageDigest run.
             * @member {number} run
             * @memberof fleetmeter.v1.UsageDigest
             * @instance
             */
            UsageDigest.prototype.run = 0;

            /**
             * UsageDigest records.
             * @member {number} records
             * @memberof fleetmeter.v1.UsageDigest
             * @instance
             */
            UsageDigest.prototype.records = 0;

            /**
             * UsageDigest seconds.
             * @member {number} seconds
             * @memberof fleetmeter.v1.UsageDigest
             * @instance
             */
            UsageDigest.prototype.seconds = 0;

            /**
             * UsageDigest launches.
             * @member {number} launches
             * @memberof fleetmeter.v1.UsageDigest
             * @instance
             */
            UsageDigest.prototype.launches = 0;

            /**
             * UsageDigest marks.
             * @member {number} marks
             * @memberof fleetmeter.v1.UsageDigest
             * @instance
             */
            UsageDigest.prototype.marks = 0;

            /**
             * UsageDigest coverageSeconds.
             * @member {number} coverageSeconds
             * @memberof fleetmeter.v1.UsageDigest
             * @instance
             */
            UsageDigest.prototype.coverageSeconds = 0;

            /**
             * Encodes the specified UsageDigest message. Does not implicitly {@link fleetmeter.v1.UsageDigest.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.UsageDigest
             * @static
             * @param {fleetmeter.v1.UsageDigest.$Properties} message UsageDigest message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            UsageDigest.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.day != null && $Object.hasOwnProperty.call(message, "day") && message.day !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.day);
                if (message.run != null && $Object.hasOwnProperty.call(message, "run") && message.run !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.run);
                if (message.records != null && $Object.hasOwnProperty.call(message, "records") && message.records !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.records);
                if (message.seconds != null && $Object.hasOwnProperty.call(message, "seconds") && message.seconds !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.seconds);
                if (message.launches != null && $Object.hasOwnProperty.call(message, "launches") && message.launches !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.launches);
                if (message.marks != null && $Object.hasOwnProperty.call(message, "marks") && message.marks !== 0)
                    writer.uint32(/* id 6, wireType 0 =*/48).uint32(message.marks);
                if (message.coverageSeconds != null && $Object.hasOwnProperty.call(message, "coverageSeconds") && message.coverageSeconds !== 0)
                    writer.uint32(/* id 7, wireType 0 =*/56).uint32(message.coverageSeconds);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a UsageDigest message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.UsageDigest
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.UsageDigest & fleetmeter.v1.UsageDigest.$Shape} UsageDigest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            UsageDigest.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.UsageDigest();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.day = value;
                            else
                                delete message.day;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.run = value;
                            else
                                delete message.run;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.records = value;
                            else
                                delete message.records;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.seconds = value;
                            else
                                delete message.seconds;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.launches = value;
                            else
                                delete message.launches;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.marks = value;
                            else
                                delete message.marks;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.coverageSeconds = value;
                            else
                                delete message.coverageSeconds;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for UsageDigest
             * @function getTypeUrl
             * @memberof fleetmeter.v1.UsageDigest
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            UsageDigest.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.UsageDigest";
            };

            return UsageDigest;
        })();

        v1.UsageRecord = (function() {

            /**
             * Properties of a UsageRecord.
             * @typedef {Object} fleetmeter.v1.UsageRecord.$Properties
             * @property {number|null} [day] UsageRecord day
             * @property {number|null} [run] UsageRecord run
             * @property {Uint8Array|null} [executableId] UsageRecord executableId
             * @property {number|null} [user] UsageRecord user
             * @property {number|null} [generation] UsageRecord generation
             * @property {number|null} [seconds] UsageRecord seconds
             * @property {fleetmeter.v1.Launches.$Properties|null} [launches] UsageRecord launches
             * @property {number|null} [foregroundSeconds] UsageRecord foregroundSeconds
             * @property {number|null} [lockedSeconds] UsageRecord lockedSeconds
             * @property {Uint8Array|null} [slots] UsageRecord slots
             * @property {boolean|null} [slotsChronological] UsageRecord slotsChronological
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a UsageRecord.
             * @memberof fleetmeter.v1
             * @interface IUsageRecord
             * @augments fleetmeter.v1.UsageRecord.$Properties
             * @deprecated Use fleetmeter.v1.UsageRecord.$Properties instead.
             */

            /**
             * Shape of a UsageRecord.
             * @typedef {fleetmeter.v1.UsageRecord.$Properties} fleetmeter.v1.UsageRecord.$Shape
             */

            /**
             * Constructs a new UsageRecord.
             * @memberof fleetmeter.v1
             * @classdesc Represents a UsageRecord.
             * @constructor
             * @param {fleetmeter.v1.UsageRecord.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const UsageRecord = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * UsageRecord day.
             * @member {number} day
             * @memberof fleetmeter.v1.UsageRecord
             * @instance
             */
            UsageRecord.prototype.day = 0;

            /**
             * UsageRecord run.
             * @member {number} run
             * @memberof fleetmeter.v1.UsageRecord
             * @instance
             */
            UsageRecord.prototype.run = 0;

            /**
             * UsageRecord executableId.
             * @member {Uint8Array} executableId
             * @memberof fleetmeter.v1.UsageRecord
             * @instance
             */
            UsageRecord.prototype.executableId = $util.newBuffer([]);

            /**
             * UsageRecord user.
             * @member {number} user
             * @memberof fleetmeter.v1.UsageRecord
             * @instance
             */
            UsageRecord.prototype.user = 0;

            /**
             * UsageRecord generation.
             * @member {number} generation
             * @memberof fleetmeter.v1.UsageRecord
             * @instance
             */
            UsageRecord.prototype.generation = 0;

            /**
             * UsageRecord seconds.
             * @member {number} seconds
             * @memberof fleetmeter.v1.UsageRecord
             * @instance
             */
            UsageRecord.prototype.seconds = 0;

            /**
             * UsageRecord launches.
             * @member {fleetmeter.v1.Launches.$Properties|null|undefined} launches
             * @memberof fleetmeter.v1.UsageRecord
             * @instance
             */
            UsageRecord.prototype.launches = null;

            /**
             * UsageRecord foregroundSeconds.
             * @member {number|null|undefined} foregroundSeconds
             * @memberof fleetmeter.v1.UsageRecord
             * @instance
             */
            UsageRecord.prototype.foregroundSeconds = null;

            /**
             * UsageRecord lockedSeconds.
             * @member {number|null|undefined} lockedSeconds
             * @memberof fleetmeter.v1.UsageRecord
             * @instance
             */
            UsageRecord.prototype.lockedSeconds = null;

            /**
             * UsageRecord slots.
             * @member {Uint8Array} slots
             * @memberof fleetmeter.v1.UsageRecord
             * @instance
             */
            UsageRecord.prototype.slots = $util.newBuffer([]);

            /**
             * UsageRecord slotsChronological.
             * @member {boolean} slotsChronological
             * @memberof fleetmeter.v1.UsageRecord
             * @instance
             */
            UsageRecord.prototype.slotsChronological = false;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(UsageRecord.prototype, "_foregroundSeconds", {
                get: $util.oneOfGetter($oneOfFields = ["foregroundSeconds"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(UsageRecord.prototype, "_lockedSeconds", {
                get: $util.oneOfGetter($oneOfFields = ["lockedSeconds"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified UsageRecord message. Does not implicitly {@link fleetmeter.v1.UsageRecord.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.UsageRecord
             * @static
             * @param {fleetmeter.v1.UsageRecord.$Properties} message UsageRecord message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            UsageRecord.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.day != null && $Object.hasOwnProperty.call(message, "day") && message.day !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.day);
                if (message.run != null && $Object.hasOwnProperty.call(message, "run") && message.run !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.run);
                if (message.executableId != null && $Object.hasOwnProperty.call(message, "executableId") && message.executableId.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.executableId);
                if (message.user != null && $Object.hasOwnProperty.call(message, "user") && message.user !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.user);
                if (message.generation != null && $Object.hasOwnProperty.call(message, "generation") && message.generation !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.generation);
                if (message.seconds != null && $Object.hasOwnProperty.call(message, "seconds") && message.seconds !== 0)
                    writer.uint32(/* id 6, wireType 0 =*/48).uint32(message.seconds);
                if (message.launches != null && $Object.hasOwnProperty.call(message, "launches"))
                    $root.fleetmeter.v1.Launches.encode(message.launches, writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
                if (message.foregroundSeconds != null && $Object.hasOwnProperty.call(message, "foregroundSeconds"))
                    writer.uint32(/* id 8, wireType 0 =*/64).uint32(message.foregroundSeconds);
                if (message.lockedSeconds != null && $Object.hasOwnProperty.call(message, "lockedSeconds"))
                    writer.uint32(/* id 9, wireType 0 =*/72).uint32(message.lockedSeconds);
                if (message.slots != null && $Object.hasOwnProperty.call(message, "slots") && message.slots.length)
                    writer.uint32(/* id 10, wireType 2 =*/82).bytes(message.slots);
                if (message.slotsChronological != null && $Object.hasOwnProperty.call(message, "slotsChronological") && message.slotsChronological !== false)
                    writer.uint32(/* id 11, wireType 0 =*/88).bool(message.slotsChronological);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a UsageRecord message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.UsageRecord
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.UsageRecord & fleetmeter.v1.UsageRecord.$Shape} UsageRecord
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            UsageRecord.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.UsageRecord();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.day = value;
                            else
                                delete message.day;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.run = value;
                            else
                                delete message.run;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.executableId = value;
                            else
                                delete message.executableId;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.user = value;
                            else
                                delete message.user;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.generation = value;
                            else
                                delete message.generation;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.seconds = value;
                            else
                                delete message.seconds;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            message.launches = $root.fleetmeter.v1.Launches.decode(reader, reader.size(), $undefined, _depth + 1, message.launches);
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            message.foregroundSeconds = reader.uint32();
                            message._foregroundSeconds = "foregroundSeconds";
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            message.lockedSeconds = reader.uint32();
                            message._lockedSeconds = "lockedSeconds";
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.slots = value;
                            else
                                delete message.slots;
                            continue;
                        }
                    case 11: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.slotsChronological = value;
                            else
                                delete message.slotsChronological;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for UsageRecord
             * @function getTypeUrl
             * @memberof fleetmeter.v1.UsageRecord
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            UsageRecord.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.UsageRecord";
            };

            return UsageRecord;
        })();

        v1.Launches = (function() {

            /**
             * Properties of a Launches.
             * @typedef {Object} fleetmeter.v1.Launches.$Properties
             * @property {number|null} [user] Launches user
             * @property {number|null} [autostart] Launches autostart
             * @property {number|null} [service] Launches service
             * @property {number|null} [scheduler] Launches scheduler
             * @property {number|null} [unknown] Launches unknown
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Launches.
             * @memberof fleetmeter.v1
             * @interface ILaunches
             * @augments fleetmeter.v1.Launches.$Properties
             * @deprecated Use fleetmeter.v1.Launches.$Properties instead.
             */

            /**
             * Shape of a Launches.
             * @typedef {fleetmeter.v1.Launches.$Properties} fleetmeter.v1.Launches.$Shape
             */

            /**
             * Constructs a new Launches.
             * @memberof fleetmeter.v1
             * @classdesc Represents a Launches.
             * @constructor
             * @param {fleetmeter.v1.Launches.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Launches = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Launches user.
             * @member {number} user
             * @memberof fleetmeter.v1.Launches
             * @instance
             */
            Launches.prototype.user = 0;

            /**
             * Launches autostart.
             * @member {number} autostart
             * @memberof fleetmeter.v1.Launches
             * @instance
             */
            Launches.prototype.autostart = 0;

            /**
             * Launches service.
             * @member {number} service
             * @memberof fleetmeter.v1.Launches
             * @instance
             */
            Launches.prototype.service = 0;

            /**
             * Launches scheduler.
             * @member {number} scheduler
             * @memberof fleetmeter.v1.Launches
             * @instance
             */
            Launches.prototype.scheduler = 0;

            /**
             * Launches unknown.
             * @member {number} unknown
             * @memberof fleetmeter.v1.Launches
             * @instance
             */
            Launches.prototype.unknown = 0;

            /**
             * Encodes the specified Launches message. Does not implicitly {@link fleetmeter.v1.Launches.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.Launches
             * @static
             * @param {fleetmeter.v1.Launches.$Properties} message Launches message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Launches.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.user != null && $Object.hasOwnProperty.call(message, "user") && message.user !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.user);
                if (message.autostart != null && $Object.hasOwnProperty.call(message, "autostart") && message.autostart !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.autostart);
                if (message.service != null && $Object.hasOwnProperty.call(message, "service") && message.service !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.service);
                if (message.scheduler != null && $Object.hasOwnProperty.call(message, "scheduler") && message.scheduler !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.scheduler);
                if (message.unknown != null && $Object.hasOwnProperty.call(message, "unknown") && message.unknown !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.unknown);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Launches message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.Launches
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.Launches & fleetmeter.v1.Launches.$Shape} Launches
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Launches.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.Launches();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.user = value;
                            else
                                delete message.user;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.autostart = value;
                            else
                                delete message.autostart;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.service = value;
                            else
                                delete message.service;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.scheduler = value;
                            else
                                delete message.scheduler;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.unknown = value;
                            else
                                delete message.unknown;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Launches
             * @function getTypeUrl
             * @memberof fleetmeter.v1.Launches
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Launches.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.Launches";
            };

            return Launches;
        })();

        v1.Coverage = (function() {

            /**
             * Properties of a Coverage.
             * @typedef {Object} fleetmeter.v1.Coverage.$Properties
             * @property {number|null} [day] Coverage day
             * @property {number|null} [run] Coverage run
             * @property {number|null} [seconds] Coverage seconds
             * @property {number|null} [unobservedSeconds] Coverage unobservedSeconds
             * @property {number|null} [interactiveSeconds] Coverage interactiveSeconds
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Coverage.
             * @memberof fleetmeter.v1
             * @interface ICoverage
             * @augments fleetmeter.v1.Coverage.$Properties
             * @deprecated Use fleetmeter.v1.Coverage.$Properties instead.
             */

            /**
             * Shape of a Coverage.
             * @typedef {fleetmeter.v1.Coverage.$Properties} fleetmeter.v1.Coverage.$Shape
             */

            /**
             * Constructs a new Coverage.
             * @memberof fleetmeter.v1
             * @classdesc Represents a Coverage.
             * @constructor
             * @param {fleetmeter.v1.Coverage.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Coverage = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Coverage day.
             * @member {number} day
             * @memberof fleetmeter.v1.Coverage
             * @instance
             */
            Coverage.prototype.day = 0;

            /**
             * Coverage run.
             * @member {number} run
             * @memberof fleetmeter.v1.Coverage
             * @instance
             */
            Coverage.prototype.run = 0;

            /**
             * Coverage seconds.
             * @member {number} seconds
             * @memberof fleetmeter.v1.Coverage
             * @instance
             */
            Coverage.prototype.seconds = 0;

            /**
             * Coverage unobservedSeconds.
             * @member {number} unobservedSeconds
             * @memberof fleetmeter.v1.Coverage
             * @instance
             */
            Coverage.prototype.unobservedSeconds = 0;

            /**
             * Coverage interactiveSeconds.
             * @member {number|null|undefined} interactiveSeconds
             * @memberof fleetmeter.v1.Coverage
             * @instance
             */
            Coverage.prototype.interactiveSeconds = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Coverage.prototype, "_interactiveSeconds", {
                get: $util.oneOfGetter($oneOfFields = ["interactiveSeconds"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified Coverage message. Does not implicitly {@link fleetmeter.v1.Coverage.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.Coverage
             * @static
             * @param {fleetmeter.v1.Coverage.$Properties} message Coverage message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Coverage.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.day != null && $Object.hasOwnProperty.call(message, "day") && message.day !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.day);
                if (message.run != null && $Object.hasOwnProperty.call(message, "run") && message.run !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.run);
                if (message.seconds != null && $Object.hasOwnProperty.call(message, "seconds") && message.seconds !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.seconds);
                if (message.unobservedSeconds != null && $Object.hasOwnProperty.call(message, "unobservedSeconds") && message.unobservedSeconds !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.unobservedSeconds);
                if (message.interactiveSeconds != null && $Object.hasOwnProperty.call(message, "interactiveSeconds"))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.interactiveSeconds);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Coverage message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.Coverage
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.Coverage & fleetmeter.v1.Coverage.$Shape} Coverage
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Coverage.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.Coverage();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.day = value;
                            else
                                delete message.day;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.run = value;
                            else
                                delete message.run;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.seconds = value;
                            else
                                delete message.seconds;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.unobservedSeconds = value;
                            else
                                delete message.unobservedSeconds;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            message.interactiveSeconds = reader.uint32();
                            message._interactiveSeconds = "interactiveSeconds";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Coverage
             * @function getTypeUrl
             * @memberof fleetmeter.v1.Coverage
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Coverage.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.Coverage";
            };

            return Coverage;
        })();

        v1.AgentCost = (function() {

            /**
             * Properties of an AgentCost.
             * @typedef {Object} fleetmeter.v1.AgentCost.$Properties
             * @property {number|null} [uptimeSeconds] AgentCost uptimeSeconds
             * @property {number|null} [cpuMilliseconds] AgentCost cpuMilliseconds
             * @property {number|null} [residentKib] AgentCost residentKib
             * @property {number|null} [filesHashed] AgentCost filesHashed
             * @property {number|null} [hashedKib] AgentCost hashedKib
             * @property {number|null} [sentKib] AgentCost sentKib
             * @property {number|null} [watches] AgentCost watches
             * @property {Array.<fleetmeter.v1.SkippedFiles.$Properties>|null} [skipped] AgentCost skipped
             * @property {number|null} [clockAheadSeconds] AgentCost clockAheadSeconds
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an AgentCost.
             * @memberof fleetmeter.v1
             * @interface IAgentCost
             * @augments fleetmeter.v1.AgentCost.$Properties
             * @deprecated Use fleetmeter.v1.AgentCost.$Properties instead.
             */

            /**
             * Shape of an AgentCost.
             * @typedef {fleetmeter.v1.AgentCost.$Properties} fleetmeter.v1.AgentCost.$Shape
             */

            /**
             * Constructs a new AgentCost.
             * @memberof fleetmeter.v1
             * @classdesc Represents an AgentCost.
             * @constructor
             * @param {fleetmeter.v1.AgentCost.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const AgentCost = function (properties) {
                this.skipped = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * AgentCost uptimeSeconds.
             * @member {number} uptimeSeconds
             * @memberof fleetmeter.v1.AgentCost
             * @instance
             */
            AgentCost.prototype.uptimeSeconds = 0;

            /**
             * AgentCost cpuMilliseconds.
             * @member {number} cpuMilliseconds
             * @memberof fleetmeter.v1.AgentCost
             * @instance
             */
            AgentCost.prototype.cpuMilliseconds = 0;

            /**
             * AgentCost residentKib.
             * @member {number} residentKib
             * @memberof fleetmeter.v1.AgentCost
             * @instance
             */
            AgentCost.prototype.residentKib = 0;

            /**
             * AgentCost filesHashed.
             * @member {number} filesHashed
             * @memberof fleetmeter.v1.AgentCost
             * @instance
             */
            AgentCost.prototype.filesHashed = 0;

            /**
             * AgentCost hashedKib.
             * @member {number} hashedKib
             * @memberof fleetmeter.v1.AgentCost
             * @instance
             */
            AgentCost.prototype.hashedKib = 0;

            /**
             * AgentCost sentKib.
             * @member {number} sentKib
             * @memberof fleetmeter.v1.AgentCost
             * @instance
             */
            AgentCost.prototype.sentKib = 0;

            /**
             * AgentCost watches.
             * @member {number} watches
             * @memberof fleetmeter.v1.AgentCost
             * @instance
             */
            AgentCost.prototype.watches = 0;

            /**
             * AgentCost skipped.
             * @member {Array.<fleetmeter.v1.SkippedFiles.$Properties>} skipped
             * @memberof fleetmeter.v1.AgentCost
             * @instance
             */
            AgentCost.prototype.skipped = $util.emptyArray;

            /**
             * AgentCost clockAheadSeconds.
             * @member {number} clockAheadSeconds
             * @memberof fleetmeter.v1.AgentCost
             * @instance
             */
            AgentCost.prototype.clockAheadSeconds = 0;

            /**
             * Encodes the specified AgentCost message. Does not implicitly {@link fleetmeter.v1.AgentCost.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.AgentCost
             * @static
             * @param {fleetmeter.v1.AgentCost.$Properties} message AgentCost message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            AgentCost.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.uptimeSeconds != null && $Object.hasOwnProperty.call(message, "uptimeSeconds") && message.uptimeSeconds !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.uptimeSeconds);
                if (message.cpuMilliseconds != null && $Object.hasOwnProperty.call(message, "cpuMilliseconds") && message.cpuMilliseconds !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.cpuMilliseconds);
                if (message.residentKib != null && $Object.hasOwnProperty.call(message, "residentKib") && message.residentKib !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.residentKib);
                if (message.filesHashed != null && $Object.hasOwnProperty.call(message, "filesHashed") && message.filesHashed !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.filesHashed);
                if (message.hashedKib != null && $Object.hasOwnProperty.call(message, "hashedKib") && message.hashedKib !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.hashedKib);
                if (message.sentKib != null && $Object.hasOwnProperty.call(message, "sentKib") && message.sentKib !== 0)
                    writer.uint32(/* id 6, wireType 0 =*/48).uint32(message.sentKib);
                if (message.watches != null && $Object.hasOwnProperty.call(message, "watches") && message.watches !== 0)
                    writer.uint32(/* id 7, wireType 0 =*/56).uint32(message.watches);
                if (message.skipped != null && message.skipped.length)
                    for (let i = 0; i < message.skipped.length; ++i)
                        $root.fleetmeter.v1.SkippedFiles.encode(message.skipped[i], writer.uint32(/* id 8, wireType 2 =*/66).fork(), _depth + 1).ldelim();
                if (message.clockAheadSeconds != null && $Object.hasOwnProperty.call(message, "clockAheadSeconds") && message.clockAheadSeconds !== 0)
                    writer.uint32(/* id 9, wireType 0 =*/72).sint32(message.clockAheadSeconds);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an AgentCost message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.AgentCost
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.AgentCost & fleetmeter.v1.AgentCost.$Shape} AgentCost
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            AgentCost.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.AgentCost();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.uptimeSeconds = value;
                            else
                                delete message.uptimeSeconds;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.cpuMilliseconds = value;
                            else
                                delete message.cpuMilliseconds;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.residentKib = value;
                            else
                                delete message.residentKib;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.filesHashed = value;
                            else
                                delete message.filesHashed;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.hashedKib = value;
                            else
                                delete message.hashedKib;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.sentKib = value;
                            else
                                delete message.sentKib;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.watches = value;
                            else
                                delete message.watches;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            if (!(message.skipped && message.skipped.length))
                                message.skipped = [];
                            message.skipped.push($root.fleetmeter.v1.SkippedFiles.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.sint32())
                                message.clockAheadSeconds = value;
                            else
                                delete message.clockAheadSeconds;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for AgentCost
             * @function getTypeUrl
             * @memberof fleetmeter.v1.AgentCost
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            AgentCost.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.AgentCost";
            };

            return AgentCost;
        })();

        /**
         * SkipReason enum.
         * @name fleetmeter.v1.SkipReason
         * @enum {number}
         * @property {number} SKIP_REASON_UNSPECIFIED=0 SKIP_REASON_UNSPECIFIED value
         * @property {number} SKIP_REASON_UNREADABLE=1 SKIP_REASON_UNREADABLE value
         * @property {number} SKIP_REASON_VANISHED=2 SKIP_REASON_VANISHED value
         * @property {number} SKIP_REASON_CHANGED_WHILE_HASHING=3 SKIP_REASON_CHANGED_WHILE_HASHING value
         * @property {number} SKIP_REASON_TOO_LARGE=4 SKIP_REASON_TOO_LARGE value
         * @property {number} SKIP_REASON_NOT_REGULAR=5 SKIP_REASON_NOT_REGULAR value
         * @property {number} SKIP_REASON_PATH_NOT_UNICODE=6 SKIP_REASON_PATH_NOT_UNICODE value
         * @property {number} SKIP_REASON_FOLDER_UNREADABLE=7 SKIP_REASON_FOLDER_UNREADABLE value
         * @property {number} SKIP_REASON_WATCH_LIMIT=8 SKIP_REASON_WATCH_LIMIT value
         * @property {number} SKIP_REASON_EXCLUDED_FILE_SYSTEM=9 SKIP_REASON_EXCLUDED_FILE_SYSTEM value
         * @property {number} SKIP_REASON_EXCLUDED_FOLDER=10 SKIP_REASON_EXCLUDED_FOLDER value
         * @property {number} SKIP_REASON_PACKAGE_DATABASE_BUSY=11 SKIP_REASON_PACKAGE_DATABASE_BUSY value
         * @property {number} SKIP_REASON_ID_TAKEN=12 SKIP_REASON_ID_TAKEN value
         * @property {number} SKIP_REASON_STATE_FULL=13 SKIP_REASON_STATE_FULL value
         */
        v1.SkipReason = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "SKIP_REASON_UNSPECIFIED"] = 0;
            values[valuesById[1] = "SKIP_REASON_UNREADABLE"] = 1;
            values[valuesById[2] = "SKIP_REASON_VANISHED"] = 2;
            values[valuesById[3] = "SKIP_REASON_CHANGED_WHILE_HASHING"] = 3;
            values[valuesById[4] = "SKIP_REASON_TOO_LARGE"] = 4;
            values[valuesById[5] = "SKIP_REASON_NOT_REGULAR"] = 5;
            values[valuesById[6] = "SKIP_REASON_PATH_NOT_UNICODE"] = 6;
            values[valuesById[7] = "SKIP_REASON_FOLDER_UNREADABLE"] = 7;
            values[valuesById[8] = "SKIP_REASON_WATCH_LIMIT"] = 8;
            values[valuesById[9] = "SKIP_REASON_EXCLUDED_FILE_SYSTEM"] = 9;
            values[valuesById[10] = "SKIP_REASON_EXCLUDED_FOLDER"] = 10;
            values[valuesById[11] = "SKIP_REASON_PACKAGE_DATABASE_BUSY"] = 11;
            values[valuesById[12] = "SKIP_REASON_ID_TAKEN"] = 12;
            values[valuesById[13] = "SKIP_REASON_STATE_FULL"] = 13;
            return values;
        })();

        v1.SkippedFiles = (function() {

            /**
             * Properties of a SkippedFiles.
             * @typedef {Object} fleetmeter.v1.SkippedFiles.$Properties
             * @property {fleetmeter.v1.SkipReason|null} [reason] SkippedFiles reason
             * @property {number|null} [count] SkippedFiles count
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SkippedFiles.
             * @memberof fleetmeter.v1
             * @interface ISkippedFiles
             * @augments fleetmeter.v1.SkippedFiles.$Properties
             * @deprecated Use fleetmeter.v1.SkippedFiles.$Properties instead.
             */

            /**
             * Shape of a SkippedFiles.
             * @typedef {fleetmeter.v1.SkippedFiles.$Properties} fleetmeter.v1.SkippedFiles.$Shape
             */

            /**
             * Constructs a new SkippedFiles.
             * @memberof fleetmeter.v1
             * @classdesc Represents a SkippedFiles.
             * @constructor
             * @param {fleetmeter.v1.SkippedFiles.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SkippedFiles = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SkippedFiles reason.
             * @member {fleetmeter.v1.SkipReason} reason
             * @memberof fleetmeter.v1.SkippedFiles
             * @instance
             */
            SkippedFiles.prototype.reason = 0;

            /**
             * SkippedFiles count.
             * @member {number} count
             * @memberof fleetmeter.v1.SkippedFiles
             * @instance
             */
            SkippedFiles.prototype.count = 0;

            /**
             * Encodes the specified SkippedFiles message. Does not implicitly {@link fleetmeter.v1.SkippedFiles.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.SkippedFiles
             * @static
             * @param {fleetmeter.v1.SkippedFiles.$Properties} message SkippedFiles message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SkippedFiles.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).int32(message.reason);
                if (message.count != null && $Object.hasOwnProperty.call(message, "count") && message.count !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.count);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SkippedFiles message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.SkippedFiles
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.SkippedFiles & fleetmeter.v1.SkippedFiles.$Shape} SkippedFiles
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SkippedFiles.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.SkippedFiles();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.count = value;
                            else
                                delete message.count;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for SkippedFiles
             * @function getTypeUrl
             * @memberof fleetmeter.v1.SkippedFiles
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            SkippedFiles.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.SkippedFiles";
            };

            return SkippedFiles;
        })();

        /**
         * JoinKind enum.
         * @name fleetmeter.v1.JoinKind
         * @enum {number}
         * @property {number} JOIN_KIND_UNSPECIFIED=0 JOIN_KIND_UNSPECIFIED value
         * @property {number} JOIN_KIND_NONE=1 JOIN_KIND_NONE value
         * @property {number} JOIN_KIND_DOMAIN=2 JOIN_KIND_DOMAIN value
         * @property {number} JOIN_KIND_CLOUD=3 JOIN_KIND_CLOUD value
         * @property {number} JOIN_KIND_HYBRID=4 JOIN_KIND_HYBRID value
         */
        v1.JoinKind = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "JOIN_KIND_UNSPECIFIED"] = 0;
            values[valuesById[1] = "JOIN_KIND_NONE"] = 1;
            values[valuesById[2] = "JOIN_KIND_DOMAIN"] = 2;
            values[valuesById[3] = "JOIN_KIND_CLOUD"] = 3;
            values[valuesById[4] = "JOIN_KIND_HYBRID"] = 4;
            return values;
        })();

        v1.HostFacts = (function() {

            /**
             * Properties of a HostFacts.
             * @typedef {Object} fleetmeter.v1.HostFacts.$Properties
             * @property {string|null} [hostname] HostFacts hostname
             * @property {string|null} [os] HostFacts os
             * @property {string|null} [osName] HostFacts osName
             * @property {string|null} [osVersion] HostFacts osVersion
             * @property {string|null} [architecture] HostFacts architecture
             * @property {string|null} [kernel] HostFacts kernel
             * @property {number|null} [cpuCount] HostFacts cpuCount
             * @property {number|null} [memoryMib] HostFacts memoryMib
             * @property {string|null} [agentVersion] HostFacts agentVersion
             * @property {fleetmeter.v1.HardwareIdentity.$Properties|null} [hardware] HostFacts hardware
             * @property {fleetmeter.v1.JoinKind|null} [joinKind] HostFacts joinKind
             * @property {string|null} [managementId] HostFacts managementId
             * @property {boolean|null} [ephemeral] HostFacts ephemeral
             * @property {boolean|null} [virtual] HostFacts virtual
             * @property {string|null} [groupTag] HostFacts groupTag
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a HostFacts.
             * @memberof fleetmeter.v1
             * @interface IHostFacts
             * @augments fleetmeter.v1.HostFacts.$Properties
             * @deprecated Use fleetmeter.v1.HostFacts.$Properties instead.
             */

            /**
             * Shape of a HostFacts.
             * @typedef {fleetmeter.v1.HostFacts.$Properties} fleetmeter.v1.HostFacts.$Shape
             */

            /**
             * Constructs a new HostFacts.
             * @memberof fleetmeter.v1
             * @classdesc Represents a HostFacts.
             * @constructor
             * @param {fleetmeter.v1.HostFacts.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const HostFacts = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * HostFacts hostname.
             * @member {string} hostname
             * @memberof fleetmeter.v1.HostFacts
             * @instance
             */
            HostFacts.prototype.hostname = "";

            /**
             * HostFacts os.
             * @member {string} os
             * @memberof fleetmeter.v1.HostFacts
             * @instance
             */
            HostFacts.prototype.os = "";

            /**
             * HostFacts osName.
             * @member {string} osName
             * @memberof fleetmeter.v1.HostFacts
             * @instance
             */
            HostFacts.prototype.osName = "";

            /**
             * HostFacts osVersion.
             * @member {string} osVersion
             * @memberof fleetmeter.v1.HostFacts
             * @instance
             */
            HostFacts.prototype.osVersion = "";

            /**
             * HostFacts architecture.
             * @member {string} architecture
             * @memberof fleetmeter.v1.HostFacts
             * @instance
             */
            HostFacts.prototype.architecture = "";

            /**
             * HostFacts kernel.
             * @member {string} kernel
             * @memberof fleetmeter.v1.HostFacts
             * @instance
             */
            HostFacts.prototype.kernel = "";

            /**
             * HostFacts cpuCount.
             * @member {number} cpuCount
             * @memberof fleetmeter.v1.HostFacts
             * @instance
             */
            HostFacts.prototype.cpuCount = 0;

            /**
             * HostFacts memoryMib.
             * @member {number} memoryMib
             * @memberof fleetmeter.v1.HostFacts
             * @instance
             */
            HostFacts.prototype.memoryMib = 0;

            /**
             * HostFacts agentVersion.
             * @member {string} agentVersion
             * @memberof fleetmeter.v1.HostFacts
             * @instance
             */
            HostFacts.prototype.agentVersion = "";

            /**
             * HostFacts hardware.
             * @member {fleetmeter.v1.HardwareIdentity.$Properties|null|undefined} hardware
             * @memberof fleetmeter.v1.HostFacts
             * @instance
             */
            HostFacts.prototype.hardware = null;

            /**
             * HostFacts joinKind.
             * @member {fleetmeter.v1.JoinKind} joinKind
             * @memberof fleetmeter.v1.HostFacts
             * @instance
             */
            HostFacts.prototype.joinKind = 0;

            /**
             * HostFacts managementId.
             * @member {string} managementId
             * @memberof fleetmeter.v1.HostFacts
             * @instance
             */
            HostFacts.prototype.managementId = "";

            /**
             * HostFacts ephemeral.
             * @member {boolean|null|undefined} ephemeral
             * @memberof fleetmeter.v1.HostFacts
             * @instance
             */
            HostFacts.prototype.ephemeral = null;

            /**
             * HostFacts virtual.
             * @member {boolean|null|undefined} virtual
             * @memberof fleetmeter.v1.HostFacts
             * @instance
             */
            HostFacts.prototype.virtual = null;

            /**
             * HostFacts groupTag.
             * @member {string} groupTag
             * @memberof fleetmeter.v1.HostFacts
             * @instance
             */
            HostFacts.prototype.groupTag = "";

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(HostFacts.prototype, "_ephemeral", {
                get: $util.oneOfGetter($oneOfFields = ["ephemeral"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(HostFacts.prototype, "_virtual", {
                get: $util.oneOfGetter($oneOfFields = ["virtual"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified HostFacts message. Does not implicitly {@link fleetmeter.v1.HostFacts.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.HostFacts
             * @static
             * @param {fleetmeter.v1.HostFacts.$Properties} message HostFacts message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            HostFacts.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.hostname != null && $Object.hasOwnProperty.call(message, "hostname") && message.hostname !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.hostname);
                if (message.os != null && $Object.hasOwnProperty.call(message, "os") && message.os !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.os);
                if (message.osName != null && $Object.hasOwnProperty.call(message, "osName") && message.osName !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.osName);
                if (message.osVersion != null && $Object.hasOwnProperty.call(message, "osVersion") && message.osVersion !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.osVersion);
                if (message.architecture != null && $Object.hasOwnProperty.call(message, "architecture") && message.architecture !== "")
                    writer.uint32(/* id 5, wireType 2 =*/42).string(message.architecture);
                if (message.kernel != null && $Object.hasOwnProperty.call(message, "kernel") && message.kernel !== "")
                    writer.uint32(/* id 6, wireType 2 =*/50).string(message.kernel);
                if (message.cpuCount != null && $Object.hasOwnProperty.call(message, "cpuCount") && message.cpuCount !== 0)
                    writer.uint32(/* id 7, wireType 0 =*/56).uint32(message.cpuCount);
                if (message.memoryMib != null && $Object.hasOwnProperty.call(message, "memoryMib") && message.memoryMib !== 0)
                    writer.uint32(/* id 8, wireType 0 =*/64).uint32(message.memoryMib);
                if (message.agentVersion != null && $Object.hasOwnProperty.call(message, "agentVersion") && message.agentVersion !== "")
                    writer.uint32(/* id 9, wireType 2 =*/74).string(message.agentVersion);
                if (message.hardware != null && $Object.hasOwnProperty.call(message, "hardware"))
                    $root.fleetmeter.v1.HardwareIdentity.encode(message.hardware, writer.uint32(/* id 10, wireType 2 =*/82).fork(), _depth + 1).ldelim();
                if (message.joinKind != null && $Object.hasOwnProperty.call(message, "joinKind") && message.joinKind !== 0)
                    writer.uint32(/* id 11, wireType 0 =*/88).int32(message.joinKind);
                if (message.managementId != null && $Object.hasOwnProperty.call(message, "managementId") && message.managementId !== "")
                    writer.uint32(/* id 12, wireType 2 =*/98).string(message.managementId);
                if (message.ephemeral != null && $Object.hasOwnProperty.call(message, "ephemeral"))
                    writer.uint32(/* id 13, wireType 0 =*/104).bool(message.ephemeral);
                if (message.virtual != null && $Object.hasOwnProperty.call(message, "virtual"))
                    writer.uint32(/* id 14, wireType 0 =*/112).bool(message.virtual);
                if (message.groupTag != null && $Object.hasOwnProperty.call(message, "groupTag") && message.groupTag !== "")
                    writer.uint32(/* id 15, wireType 2 =*/122).string(message.groupTag);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a HostFacts message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.HostFacts
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.HostFacts & fleetmeter.v1.HostFacts.$Shape} HostFacts
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            HostFacts.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.HostFacts();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.hostname = value;
                            else
                                delete message.hostname;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.os = value;
                            else
                                delete message.os;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.osName = value;
                            else
                                delete message.osName;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.osVersion = value;
                            else
                                delete message.osVersion;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.architecture = value;
                            else
                                delete message.architecture;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.kernel = value;
                            else
                                delete message.kernel;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.cpuCount = value;
                            else
                                delete message.cpuCount;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.memoryMib = value;
                            else
                                delete message.memoryMib;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.agentVersion = value;
                            else
                                delete message.agentVersion;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.hardware = $root.fleetmeter.v1.HardwareIdentity.decode(reader, reader.size(), $undefined, _depth + 1, message.hardware);
                            continue;
                        }
                    case 11: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.joinKind = value;
                            else
                                delete message.joinKind;
                            continue;
                        }
                    case 12: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.managementId = value;
                            else
                                delete message.managementId;
                            continue;
                        }
                    case 13: {
                            if (wireType !== 0)
                                break;
                            message.ephemeral = reader.bool();
                            message._ephemeral = "ephemeral";
                            continue;
                        }
                    case 14: {
                            if (wireType !== 0)
                                break;
                            message.virtual = reader.bool();
                            message._virtual = "virtual";
                            continue;
                        }
                    case 15: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.groupTag = value;
                            else
                                delete message.groupTag;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for HostFacts
             * @function getTypeUrl
             * @memberof fleetmeter.v1.HostFacts
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            HostFacts.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.HostFacts";
            };

            return HostFacts;
        })();

        v1.HardwareIdentity = (function() {

            /**
             * Properties of a HardwareIdentity.
             * @typedef {Object} fleetmeter.v1.HardwareIdentity.$Properties
             * @property {Uint8Array|null} [systemUuid] HardwareIdentity systemUuid
             * @property {Uint8Array|null} [systemUuidLittleEndian] HardwareIdentity systemUuidLittleEndian
             * @property {string|null} [serial] HardwareIdentity serial
             * @property {Array.<Uint8Array>|null} [macAddresses] HardwareIdentity macAddresses
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a HardwareIdentity.
             * @memberof fleetmeter.v1
             * @interface IHardwareIdentity
             * @augments fleetmeter.v1.HardwareIdentity.$Properties
             * @deprecated Use fleetmeter.v1.HardwareIdentity.$Properties instead.
             */

            /**
             * Shape of a HardwareIdentity.
             * @typedef {fleetmeter.v1.HardwareIdentity.$Properties} fleetmeter.v1.HardwareIdentity.$Shape
             */

            /**
             * Constructs a new HardwareIdentity.
             * @memberof fleetmeter.v1
             * @classdesc Represents a HardwareIdentity.
             * @constructor
             * @param {fleetmeter.v1.HardwareIdentity.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const HardwareIdentity = function (properties) {
                this.macAddresses = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * HardwareIdentity systemUuid.
             * @member {Uint8Array} systemUuid
             * @memberof fleetmeter.v1.HardwareIdentity
             * @instance
             */
            HardwareIdentity.prototype.systemUuid = $util.newBuffer([]);

            /**
             * HardwareIdentity systemUuidLittleEndian.
             * @member {Uint8Array} systemUuidLittleEndian
             * @memberof fleetmeter.v1.HardwareIdentity
             * @instance
             */
            HardwareIdentity.prototype.systemUuidLittleEndian = $util.newBuffer([]);

            /**
             * HardwareIdentity serial.
             * @member {string} serial
             * @memberof fleetmeter.v1.HardwareIdentity
             * @instance
             */
            HardwareIdentity.prototype.serial = "";

            /**
             * HardwareIdentity macAddresses.
             * @member {Array.<Uint8Array>} macAddresses
             * @memberof fleetmeter.v1.HardwareIdentity
             * @instance
             */
            HardwareIdentity.prototype.macAddresses = $util.emptyArray;

            /**
             * Encodes the specified HardwareIdentity message. Does not implicitly {@link fleetmeter.v1.HardwareIdentity.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.HardwareIdentity
             * @static
             * @param {fleetmeter.v1.HardwareIdentity.$Properties} message HardwareIdentity message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            HardwareIdentity.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.systemUuid != null && $Object.hasOwnProperty.call(message, "systemUuid") && message.systemUuid.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.systemUuid);
                if (message.systemUuidLittleEndian != null && $Object.hasOwnProperty.call(message, "systemUuidLittleEndian") && message.systemUuidLittleEndian.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.systemUuidLittleEndian);
                if (message.serial != null && $Object.hasOwnProperty.call(message, "serial") && message.serial !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.serial);
                if (message.macAddresses != null && message.macAddresses.length)
                    for (let i = 0; i < message.macAddresses.length; ++i)
                        writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.macAddresses[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a HardwareIdentity message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.HardwareIdentity
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.HardwareIdentity & fleetmeter.v1.HardwareIdentity.$Shape} HardwareIdentity
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            HardwareIdentity.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.HardwareIdentity();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.systemUuid = value;
                            else
                                delete message.systemUuid;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.systemUuidLittleEndian = value;
                            else
                                delete message.systemUuidLittleEndian;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.serial = value;
                            else
                                delete message.serial;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.macAddresses && message.macAddresses.length))
                                message.macAddresses = [];
                            message.macAddresses.push(reader.bytes());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for HardwareIdentity
             * @function getTypeUrl
             * @memberof fleetmeter.v1.HardwareIdentity
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            HardwareIdentity.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.HardwareIdentity";
            };

            return HardwareIdentity;
        })();

        v1.Settings = (function() {

            /**
             * Properties of a Settings.
             * @typedef {Object} fleetmeter.v1.Settings.$Properties
             * @property {number|null} [version] Settings version
             * @property {number|null} [reportIntervalSeconds] Settings reportIntervalSeconds
             * @property {number|null} [sampleIntervalSeconds] Settings sampleIntervalSeconds
             * @property {string|null} [group] Settings group
             * @property {number|null} [sparingReportIntervalSeconds] Settings sparingReportIntervalSeconds
             * @property {number|null} [rescanSeconds] Settings rescanSeconds
             * @property {number|null} [hashMebibytesPerSecond] Settings hashMebibytesPerSecond
             * @property {Array.<string>|null} [additionalRoots] Settings additionalRoots
             * @property {Array.<string>|null} [excludedFolders] Settings excludedFolders
             * @property {boolean|null} [homeFolders] Settings homeFolders
             * @property {boolean|null} [meterUsage] Settings meterUsage
             * @property {boolean|null} [tellUsersApart] Settings tellUsersApart
             * @property {boolean|null} [paused] Settings paused
             * @property {Array.<string>|null} [concurrentLicences] Settings concurrentLicences
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Settings.
             * @memberof fleetmeter.v1
             * @interface ISettings
             * @augments fleetmeter.v1.Settings.$Properties
             * @deprecated Use fleetmeter.v1.Settings.$Properties instead.
             */

            /**
             * Shape of a Settings.
             * @typedef {fleetmeter.v1.Settings.$Properties} fleetmeter.v1.Settings.$Shape
             */

            /**
             * Constructs a new Settings.
             * @memberof fleetmeter.v1
             * @classdesc Represents a Settings.
             * @constructor
             * @param {fleetmeter.v1.Settings.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Settings = function (properties) {
                this.additionalRoots = [];
                this.excludedFolders = [];
                this.concurrentLicences = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Settings version.
             * @member {number} version
             * @memberof fleetmeter.v1.Settings
             * @instance
             */
            Settings.prototype.version = 0;

            /**
             * Settings reportIntervalSeconds.
             * @member {number|null|undefined} reportIntervalSeconds
             * @memberof fleetmeter.v1.Settings
             * @instance
             */
            Settings.prototype.reportIntervalSeconds = null;

            /**
             * Settings sampleIntervalSeconds.
             * @member {number|null|undefined} sampleIntervalSeconds
             * @memberof fleetmeter.v1.Settings
             * @instance
             */
            Settings.prototype.sampleIntervalSeconds = null;

            /**
             * Settings group.
             * @member {string} group
             * @memberof fleetmeter.v1.Settings
             * @instance
             */
            Settings.prototype.group = "";

            /**
             * Settings sparingReportIntervalSeconds.
             * @member {number|null|undefined} sparingReportIntervalSeconds
             * @memberof fleetmeter.v1.Settings
             * @instance
             */
            Settings.prototype.sparingReportIntervalSeconds = null;

            /**
             * Settings rescanSeconds.
             * @member {number|null|undefined} rescanSeconds
             * @memberof fleetmeter.v1.Settings
             * @instance
             */
            Settings.prototype.rescanSeconds = null;

            /**
             * Settings hashMebibytesPerSecond.
             * @member {number|null|undefined} hashMebibytesPerSecond
             * @memberof fleetmeter.v1.Settings
             * @instance
             */
            Settings.prototype.hashMebibytesPerSecond = null;

            /**
             * Settings additionalRoots.
             * @member {Array.<string>} additionalRoots
             * @memberof fleetmeter.v1.Settings
             * @instance
             */
            Settings.prototype.additionalRoots = $util.emptyArray;

            /**
             * Settings excludedFolders.
             * @member {Array.<string>} excludedFolders
             * @memberof fleetmeter.v1.Settings
             * @instance
             */
            Settings.prototype.excludedFolders = $util.emptyArray;

            /**
             * Settings homeFolders.
             * @member {boolean|null|undefined} homeFolders
             * @memberof fleetmeter.v1.Settings
             * @instance
             */
            Settings.prototype.homeFolders = null;

            /**
             * Settings meterUsage.
             * @member {boolean|null|undefined} meterUsage
             * @memberof fleetmeter.v1.Settings
             * @instance
             */
            Settings.prototype.meterUsage = null;

            /**
             * Settings tellUsersApart.
             * @member {boolean|null|undefined} tellUsersApart
             * @memberof fleetmeter.v1.Settings
             * @instance
             */
            Settings.prototype.tellUsersApart = null;

            /**
             * Settings paused.
             * @member {boolean} paused
             * @memberof fleetmeter.v1.Settings
             * @instance
             */
            Settings.prototype.paused = false;

            /**
             * Settings concurrentLicences.
             * @member {Array.<string>} concurrentLicences
             * @memberof fleetmeter.v1.Settings
             * @instance
             */
            Settings.prototype.concurrentLicences = $util.emptyArray;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Settings.prototype, "_reportIntervalSeconds", {
                get: $util.oneOfGetter($oneOfFields = ["reportIntervalSeconds"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Settings.prototype, "_sampleIntervalSeconds", {
                get: $util.oneOfGetter($oneOfFields = ["sampleIntervalSeconds"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Settings.prototype, "_sparingReportIntervalSeconds", {
                get: $util.oneOfGetter($oneOfFields = ["sparingReportIntervalSeconds"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Settings.prototype, "_rescanSeconds", {
                get: $util.oneOfGetter($oneOfFields = ["rescanSeconds"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Settings.prototype, "_hashMebibytesPerSecond", {
                get: $util.oneOfGetter($oneOfFields = ["hashMebibytesPerSecond"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Settings.prototype, "_homeFolders", {
                get: $util.oneOfGetter($oneOfFields = ["homeFolders"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Settings.prototype, "_meterUsage", {
                get: $util.oneOfGetter($oneOfFields = ["meterUsage"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Settings.prototype, "_tellUsersApart", {
                get: $util.oneOfGetter($oneOfFields = ["tellUsersApart"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified Settings message. Does not implicitly {@link fleetmeter.v1.Settings.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.Settings
             * @static
             * @param {fleetmeter.v1.Settings.$Properties} message Settings message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Settings.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.version);
                if (message.reportIntervalSeconds != null && $Object.hasOwnProperty.call(message, "reportIntervalSeconds"))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.reportIntervalSeconds);
                if (message.sampleIntervalSeconds != null && $Object.hasOwnProperty.call(message, "sampleIntervalSeconds"))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.sampleIntervalSeconds);
                if (message.group != null && $Object.hasOwnProperty.call(message, "group") && message.group !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.group);
                if (message.sparingReportIntervalSeconds != null && $Object.hasOwnProperty.call(message, "sparingReportIntervalSeconds"))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.sparingReportIntervalSeconds);
                if (message.rescanSeconds != null && $Object.hasOwnProperty.call(message, "rescanSeconds"))
                    writer.uint32(/* id 6, wireType 0 =*/48).uint32(message.rescanSeconds);
                if (message.hashMebibytesPerSecond != null && $Object.hasOwnProperty.call(message, "hashMebibytesPerSecond"))
                    writer.uint32(/* id 7, wireType 0 =*/56).uint32(message.hashMebibytesPerSecond);
                if (message.additionalRoots != null && message.additionalRoots.length)
                    for (let i = 0; i < message.additionalRoots.length; ++i)
                        writer.uint32(/* id 8, wireType 2 =*/66).string(message.additionalRoots[i]);
                if (message.excludedFolders != null && message.excludedFolders.length)
                    for (let i = 0; i < message.excludedFolders.length; ++i)
                        writer.uint32(/* id 9, wireType 2 =*/74).string(message.excludedFolders[i]);
                if (message.homeFolders != null && $Object.hasOwnProperty.call(message, "homeFolders"))
                    writer.uint32(/* id 10, wireType 0 =*/80).bool(message.homeFolders);
                if (message.meterUsage != null && $Object.hasOwnProperty.call(message, "meterUsage"))
                    writer.uint32(/* id 11, wireType 0 =*/88).bool(message.meterUsage);
                if (message.tellUsersApart != null && $Object.hasOwnProperty.call(message, "tellUsersApart"))
                    writer.uint32(/* id 12, wireType 0 =*/96).bool(message.tellUsersApart);
                if (message.paused != null && $Object.hasOwnProperty.call(message, "paused") && message.paused !== false)
                    writer.uint32(/* id 13, wireType 0 =*/104).bool(message.paused);
                if (message.concurrentLicences != null && message.concurrentLicences.length)
                    for (let i = 0; i < message.concurrentLicences.length; ++i)
                        writer.uint32(/* id 14, wireType 2 =*/114).string(message.concurrentLicences[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Settings message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.Settings
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.Settings & fleetmeter.v1.Settings.$Shape} Settings
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Settings.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.Settings();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.version = value;
                            else
                                delete message.version;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            message.reportIntervalSeconds = reader.uint32();
                            message._reportIntervalSeconds = "reportIntervalSeconds";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            message.sampleIntervalSeconds = reader.uint32();
                            message._sampleIntervalSeconds = "sampleIntervalSeconds";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.group = value;
                            else
                                delete message.group;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            message.sparingReportIntervalSeconds = reader.uint32();
                            message._sparingReportIntervalSeconds = "sparingReportIntervalSeconds";
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            message.rescanSeconds = reader.uint32();
                            message._rescanSeconds = "rescanSeconds";
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            message.hashMebibytesPerSecond = reader.uint32();
                            message._hashMebibytesPerSecond = "hashMebibytesPerSecond";
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            if (!(message.additionalRoots && message.additionalRoots.length))
                                message.additionalRoots = [];
                            message.additionalRoots.push(reader.stringVerify());
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            if (!(message.excludedFolders && message.excludedFolders.length))
                                message.excludedFolders = [];
                            message.excludedFolders.push(reader.stringVerify());
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            message.homeFolders = reader.bool();
                            message._homeFolders = "homeFolders";
                            continue;
                        }
                    case 11: {
                            if (wireType !== 0)
                                break;
                            message.meterUsage = reader.bool();
                            message._meterUsage = "meterUsage";
                            continue;
                        }
                    case 12: {
                            if (wireType !== 0)
                                break;
                            message.tellUsersApart = reader.bool();
                            message._tellUsersApart = "tellUsersApart";
                            continue;
                        }
                    case 13: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.paused = value;
                            else
                                delete message.paused;
                            continue;
                        }
                    case 14: {
                            if (wireType !== 2)
                                break;
                            if (!(message.concurrentLicences && message.concurrentLicences.length))
                                message.concurrentLicences = [];
                            message.concurrentLicences.push(reader.stringVerify());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Settings
             * @function getTypeUrl
             * @memberof fleetmeter.v1.Settings
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Settings.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.Settings";
            };

            return Settings;
        })();

        v1.EnrolRequest = (function() {

            /**
             * Properties of an EnrolRequest.
             * @typedef {Object} fleetmeter.v1.EnrolRequest.$Properties
             * @property {Uint8Array|null} [publicKey] EnrolRequest publicKey
             * @property {string|null} [secret] EnrolRequest secret
             * @property {fleetmeter.v1.HostFacts.$Properties|null} [host] EnrolRequest host
             * @property {Uint8Array|null} [previousKey] EnrolRequest previousKey
             * @property {Uint8Array|null} [splitTicket] EnrolRequest splitTicket
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an EnrolRequest.
             * @memberof fleetmeter.v1
             * @interface IEnrolRequest
             * @augments fleetmeter.v1.EnrolRequest.$Properties
             * @deprecated Use fleetmeter.v1.EnrolRequest.$Properties instead.
             */

            /**
             * Shape of an EnrolRequest.
             * @typedef {fleetmeter.v1.EnrolRequest.$Properties} fleetmeter.v1.EnrolRequest.$Shape
             */

            /**
             * Constructs a new EnrolRequest.
             * @memberof fleetmeter.v1
             * @classdesc Represents an EnrolRequest.
             * @constructor
             * @param {fleetmeter.v1.EnrolRequest.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const EnrolRequest = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * EnrolRequest publicKey.
             * @member {Uint8Array} publicKey
             * @memberof fleetmeter.v1.EnrolRequest
             * @instance
             */
            EnrolRequest.prototype.publicKey = $util.newBuffer([]);

            /**
             * EnrolRequest secret.
             * @member {string} secret
             * @memberof fleetmeter.v1.EnrolRequest
             * @instance
             */
            EnrolRequest.prototype.secret = "";

            /**
             * EnrolRequest host.
             * @member {fleetmeter.v1.HostFacts.$Properties|null|undefined} host
             * @memberof fleetmeter.v1.EnrolRequest
             * @instance
             */
            EnrolRequest.prototype.host = null;

            /**
             * EnrolRequest previousKey.
             * @member {Uint8Array} previousKey
             * @memberof fleetmeter.v1.EnrolRequest
             * @instance
             */
            EnrolRequest.prototype.previousKey = $util.newBuffer([]);

            /**
             * EnrolRequest splitTicket.
             * @member {Uint8Array} splitTicket
             * @memberof fleetmeter.v1.EnrolRequest
             * @instance
             */
            EnrolRequest.prototype.splitTicket = $util.newBuffer([]);

            /**
             * Encodes the specified EnrolRequest message. Does not implicitly {@link fleetmeter.v1.EnrolRequest.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.EnrolRequest
             * @static
             * @param {fleetmeter.v1.EnrolRequest.$Properties} message EnrolRequest message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            EnrolRequest.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.publicKey != null && $Object.hasOwnProperty.call(message, "publicKey") && message.publicKey.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.publicKey);
                if (message.secret != null && $Object.hasOwnProperty.call(message, "secret") && message.secret !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.secret);
                if (message.host != null && $Object.hasOwnProperty.call(message, "host"))
                    $root.fleetmeter.v1.HostFacts.encode(message.host, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.previousKey != null && $Object.hasOwnProperty.call(message, "previousKey") && message.previousKey.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.previousKey);
                if (message.splitTicket != null && $Object.hasOwnProperty.call(message, "splitTicket") && message.splitTicket.length)
                    writer.uint32(/* id 5, wireType 2 =*/42).bytes(message.splitTicket);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an EnrolRequest message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.EnrolRequest
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.EnrolRequest & fleetmeter.v1.EnrolRequest.$Shape} EnrolRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            EnrolRequest.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.EnrolRequest();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.publicKey = value;
                            else
                                delete message.publicKey;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.secret = value;
                            else
                                delete message.secret;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.host = $root.fleetmeter.v1.HostFacts.decode(reader, reader.size(), $undefined, _depth + 1, message.host);
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.previousKey = value;
                            else
                                delete message.previousKey;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.splitTicket = value;
                            else
                                delete message.splitTicket;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for EnrolRequest
             * @function getTypeUrl
             * @memberof fleetmeter.v1.EnrolRequest
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            EnrolRequest.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.EnrolRequest";
            };

            return EnrolRequest;
        })();

        v1.EnrolResponse = (function() {

            /**
             * Properties of an EnrolResponse.
             * @typedef {Object} fleetmeter.v1.EnrolResponse.$Properties
             * @property {Uint8Array|null} [deviceId] EnrolResponse deviceId
             * @property {Uint8Array|null} [collectorId] EnrolResponse collectorId
             * @property {fleetmeter.v1.Settings.$Properties|null} [settings] EnrolResponse settings
             * @property {Uint8Array|null} [noticeKey] EnrolResponse noticeKey
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an EnrolResponse.
             * @memberof fleetmeter.v1
             * @interface IEnrolResponse
             * @augments fleetmeter.v1.EnrolResponse.$Properties
             * @deprecated Use fleetmeter.v1.EnrolResponse.$Properties instead.
             */

            /**
             * Shape of an EnrolResponse.
             * @typedef {fleetmeter.v1.EnrolResponse.$Properties} fleetmeter.v1.EnrolResponse.$Shape
             */

            /**
             * Constructs a new EnrolResponse.
             * @memberof fleetmeter.v1
             * @classdesc Represents an EnrolResponse.
             * @constructor
             * @param {fleetmeter.v1.EnrolResponse.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const EnrolResponse = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * EnrolResponse deviceId.
             * @member {Uint8Array} deviceId
             * @memberof fleetmeter.v1.EnrolResponse
             * @instance
             */
            EnrolResponse.prototype.deviceId = $util.newBuffer([]);

            /**
             * EnrolResponse collectorId.
             * @member {Uint8Array} collectorId
             * @memberof fleetmeter.v1.EnrolResponse
             * @instance
             */
            EnrolResponse.prototype.collectorId = $util.newBuffer([]);

            /**
             * EnrolResponse settings.
             * @member {fleetmeter.v1.Settings.$Properties|null|undefined} settings
             * @memberof fleetmeter.v1.EnrolResponse
             * @instance
             */
            EnrolResponse.prototype.settings = null;

            /**
             * EnrolResponse noticeKey.
             * @member {Uint8Array} noticeKey
             * @memberof fleetmeter.v1.EnrolResponse
             * @instance
             */
            EnrolResponse.prototype.noticeKey = $util.newBuffer([]);

            /**
             * Encodes the specified EnrolResponse message. Does not implicitly {@link fleetmeter.v1.EnrolResponse.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.EnrolResponse
             * @static
             * @param {fleetmeter.v1.EnrolResponse.$Properties} message EnrolResponse message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            EnrolResponse.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.deviceId != null && $Object.hasOwnProperty.call(message, "deviceId") && message.deviceId.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.deviceId);
                if (message.collectorId != null && $Object.hasOwnProperty.call(message, "collectorId") && message.collectorId.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.collectorId);
                if (message.settings != null && $Object.hasOwnProperty.call(message, "settings"))
                    $root.fleetmeter.v1.Settings.encode(message.settings, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.noticeKey != null && $Object.hasOwnProperty.call(message, "noticeKey") && message.noticeKey.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.noticeKey);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an EnrolResponse message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.EnrolResponse
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.EnrolResponse & fleetmeter.v1.EnrolResponse.$Shape} EnrolResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            EnrolResponse.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.EnrolResponse();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.deviceId = value;
                            else
                                delete message.deviceId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.collectorId = value;
                            else
                                delete message.collectorId;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.settings = $root.fleetmeter.v1.Settings.decode(reader, reader.size(), $undefined, _depth + 1, message.settings);
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.noticeKey = value;
                            else
                                delete message.noticeKey;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for EnrolResponse
             * @function getTypeUrl
             * @memberof fleetmeter.v1.EnrolResponse
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            EnrolResponse.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.EnrolResponse";
            };

            return EnrolResponse;
        })();

        v1.Envelope = (function() {

            /**
             * Properties of an Envelope.
             * @typedef {Object} fleetmeter.v1.Envelope.$Properties
             * @property {Uint8Array|null} [payload] Envelope payload
             * @property {string|null} [payloadType] Envelope payloadType
             * @property {Array.<fleetmeter.v1.Signature.$Properties>|null} [signatures] Envelope signatures
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Envelope.
             * @memberof fleetmeter.v1
             * @interface IEnvelope
             * @augments fleetmeter.v1.Envelope.$Properties
             * @deprecated Use fleetmeter.v1.Envelope.$Properties instead.
             */

            /**
             * Shape of an Envelope.
             * @typedef {fleetmeter.v1.Envelope.$Properties} fleetmeter.v1.Envelope.$Shape
             */

            /**
             * Constructs a new Envelope.
             * @memberof fleetmeter.v1
             * @classdesc Represents an Envelope.
             * @constructor
             * @param {fleetmeter.v1.Envelope.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Envelope = function (properties) {
                this.signatures = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Envelope payload.
             * @member {Uint8Array} payload
             * @memberof fleetmeter.v1.Envelope
             * @instance
             */
            Envelope.prototype.payload = $util.newBuffer([]);

            /**
             * Envelope payloadType.
             * @member {string} payloadType
             * @memberof fleetmeter.v1.Envelope
             * @instance
             */
            Envelope.prototype.payloadType = "";

            /**
             * Envelope signatures.
             * @member {Array.<fleetmeter.v1.Signature.$Properties>} signatures
             * @memberof fleetmeter.v1.Envelope
             * @instance
             */
            Envelope.prototype.signatures = $util.emptyArray;

            /**
             * Encodes the specified Envelope message. Does not implicitly {@link fleetmeter.v1.Envelope.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.Envelope
             * @static
             * @param {fleetmeter.v1.Envelope.$Properties} message Envelope message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Envelope.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.payload != null && $Object.hasOwnProperty.call(message, "payload") && message.payload.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.payload);
                if (message.payloadType != null && $Object.hasOwnProperty.call(message, "payloadType") && message.payloadType !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.payloadType);
                if (message.signatures != null && message.signatures.length)
                    for (let i = 0; i < message.signatures.length; ++i)
                        $root.fleetmeter.v1.Signature.encode(message.signatures[i], writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Envelope message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.Envelope
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.Envelope & fleetmeter.v1.Envelope.$Shape} Envelope
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Envelope.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.Envelope();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.payload = value;
                            else
                                delete message.payload;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.payloadType = value;
                            else
                                delete message.payloadType;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.signatures && message.signatures.length))
                                message.signatures = [];
                            message.signatures.push($root.fleetmeter.v1.Signature.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Envelope
             * @function getTypeUrl
             * @memberof fleetmeter.v1.Envelope
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Envelope.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.Envelope";
            };

            return Envelope;
        })();

        v1.Signature = (function() {

            /**
             * Properties of a Signature.
             * @typedef {Object} fleetmeter.v1.Signature.$Properties
             * @property {Uint8Array|null} [sig] Signature sig
             * @property {string|null} [keyid] Signature keyid
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Signature.
             * @memberof fleetmeter.v1
             * @interface ISignature
             * @augments fleetmeter.v1.Signature.$Properties
             * @deprecated Use fleetmeter.v1.Signature.$Properties instead.
             */

            /**
             * Shape of a Signature.
             * @typedef {fleetmeter.v1.Signature.$Properties} fleetmeter.v1.Signature.$Shape
             */

            /**
             * Constructs a new Signature.
             * @memberof fleetmeter.v1
             * @classdesc Represents a Signature.
             * @constructor
             * @param {fleetmeter.v1.Signature.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Signature = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Signature sig.
             * @member {Uint8Array} sig
             * @memberof fleetmeter.v1.Signature
             * @instance
             */
            Signature.prototype.sig = $util.newBuffer([]);

            /**
             * Signature keyid.
             * @member {string} keyid
             * @memberof fleetmeter.v1.Signature
             * @instance
             */
            Signature.prototype.keyid = "";

            /**
             * Encodes the specified Signature message. Does not implicitly {@link fleetmeter.v1.Signature.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.Signature
             * @static
             * @param {fleetmeter.v1.Signature.$Properties} message Signature message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Signature.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.sig != null && $Object.hasOwnProperty.call(message, "sig") && message.sig.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.sig);
                if (message.keyid != null && $Object.hasOwnProperty.call(message, "keyid") && message.keyid !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.keyid);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Signature message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.Signature
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.Signature & fleetmeter.v1.Signature.$Shape} Signature
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Signature.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.Signature();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.sig = value;
                            else
                                delete message.sig;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.keyid = value;
                            else
                                delete message.keyid;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Signature
             * @function getTypeUrl
             * @memberof fleetmeter.v1.Signature
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Signature.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.Signature";
            };

            return Signature;
        })();

        v1.EvidenceBatch = (function() {

            /**
             * Properties of an EvidenceBatch.
             * @typedef {Object} fleetmeter.v1.EvidenceBatch.$Properties
             * @property {Uint8Array|null} [collectorId] EvidenceBatch collectorId
             * @property {Uint8Array|null} [deviceId] EvidenceBatch deviceId
             * @property {Array.<fleetmeter.v1.EvidenceRecord.$Properties>|null} [records] EvidenceBatch records
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an EvidenceBatch.
             * @memberof fleetmeter.v1
             * @interface IEvidenceBatch
             * @augments fleetmeter.v1.EvidenceBatch.$Properties
             * @deprecated Use fleetmeter.v1.EvidenceBatch.$Properties instead.
             */

            /**
             * Shape of an EvidenceBatch.
             * @typedef {fleetmeter.v1.EvidenceBatch.$Properties} fleetmeter.v1.EvidenceBatch.$Shape
             */

            /**
             * Constructs a new EvidenceBatch.
             * @memberof fleetmeter.v1
             * @classdesc Represents an EvidenceBatch.
             * @constructor
             * @param {fleetmeter.v1.EvidenceBatch.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const EvidenceBatch = function (properties) {
                this.records = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * EvidenceBatch collectorId.
             * @member {Uint8Array} collectorId
             * @memberof fleetmeter.v1.EvidenceBatch
             * @instance
             */
            EvidenceBatch.prototype.collectorId = $util.newBuffer([]);

            /**
             * EvidenceBatch deviceId.
             * @member {Uint8Array} deviceId
             * @memberof fleetmeter.v1.EvidenceBatch
             * @instance
             */
            EvidenceBatch.prototype.deviceId = $util.newBuffer([]);

            /**
             * EvidenceBatch records.
             * @member {Array.<fleetmeter.v1.EvidenceRecord.$Properties>} records
             * @memberof fleetmeter.v1.EvidenceBatch
             * @instance
             */
            EvidenceBatch.prototype.records = $util.emptyArray;

            /**
             * Encodes the specified EvidenceBatch message. Does not implicitly {@link fleetmeter.v1.EvidenceBatch.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.EvidenceBatch
             * @static
             * @param {fleetmeter.v1.EvidenceBatch.$Properties} message EvidenceBatch message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            EvidenceBatch.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.collectorId != null && $Object.hasOwnProperty.call(message, "collectorId") && message.collectorId.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.collectorId);
                if (message.deviceId != null && $Object.hasOwnProperty.call(message, "deviceId") && message.deviceId.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.deviceId);
                if (message.records != null && message.records.length)
                    for (let i = 0; i < message.records.length; ++i)
                        $root.fleetmeter.v1.EvidenceRecord.encode(message.records[i], writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an EvidenceBatch message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.EvidenceBatch
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.EvidenceBatch & fleetmeter.v1.EvidenceBatch.$Shape} EvidenceBatch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            EvidenceBatch.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.EvidenceBatch();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.collectorId = value;
                            else
                                delete message.collectorId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.deviceId = value;
                            else
                                delete message.deviceId;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.records && message.records.length))
                                message.records = [];
                            message.records.push($root.fleetmeter.v1.EvidenceRecord.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for EvidenceBatch
             * @function getTypeUrl
             * @memberof fleetmeter.v1.EvidenceBatch
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            EvidenceBatch.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.EvidenceBatch";
            };

            return EvidenceBatch;
        })();

        v1.EvidenceRecord = (function() {

            /**
             * Properties of an EvidenceRecord.
             * @typedef {Object} fleetmeter.v1.EvidenceRecord.$Properties
             * @property {Uint8Array|null} [executableId] EvidenceRecord executableId
             * @property {Uint8Array|null} [evidence] EvidenceRecord evidence
             * @property {number|null} [encodingVersion] EvidenceRecord encodingVersion
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an EvidenceRecord.
             * @memberof fleetmeter.v1
             * @interface IEvidenceRecord
             * @augments fleetmeter.v1.EvidenceRecord.$Properties
             * @deprecated Use fleetmeter.v1.EvidenceRecord.$Properties instead.
             */

            /**
             * Shape of an EvidenceRecord.
             * @typedef {fleetmeter.v1.EvidenceRecord.$Properties} fleetmeter.v1.EvidenceRecord.$Shape
             */

            /**
             * Constructs a new EvidenceRecord.
             * @memberof fleetmeter.v1
             * @classdesc Represents an EvidenceRecord.
             * @constructor
             * @param {fleetmeter.v1.EvidenceRecord.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const EvidenceRecord = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * EvidenceRecord executableId.
             * @member {Uint8Array} executableId
             * @memberof fleetmeter.v1.EvidenceRecord
             * @instance
             */
            EvidenceRecord.prototype.executableId = $util.newBuffer([]);

            /**
             * EvidenceRecord evidence.
             * @member {Uint8Array} evidence
             * @memberof fleetmeter.v1.EvidenceRecord
             * @instance
             */
            EvidenceRecord.prototype.evidence = $util.newBuffer([]);

            /**
             * EvidenceRecord encodingVersion.
             * @member {number} encodingVersion
             * @memberof fleetmeter.v1.EvidenceRecord
             * @instance
             */
            EvidenceRecord.prototype.encodingVersion = 0;

            /**
             * Encodes the specified EvidenceRecord message. Does not implicitly {@link fleetmeter.v1.EvidenceRecord.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.EvidenceRecord
             * @static
             * @param {fleetmeter.v1.EvidenceRecord.$Properties} message EvidenceRecord message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            EvidenceRecord.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.executableId != null && $Object.hasOwnProperty.call(message, "executableId") && message.executableId.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.executableId);
                if (message.evidence != null && $Object.hasOwnProperty.call(message, "evidence") && message.evidence.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.evidence);
                if (message.encodingVersion != null && $Object.hasOwnProperty.call(message, "encodingVersion") && message.encodingVersion !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.encodingVersion);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an EvidenceRecord message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.EvidenceRecord
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.EvidenceRecord & fleetmeter.v1.EvidenceRecord.$Shape} EvidenceRecord
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            EvidenceRecord.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.EvidenceRecord();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.executableId = value;
                            else
                                delete message.executableId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.evidence = value;
                            else
                                delete message.evidence;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.encodingVersion = value;
                            else
                                delete message.encodingVersion;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for EvidenceRecord
             * @function getTypeUrl
             * @memberof fleetmeter.v1.EvidenceRecord
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            EvidenceRecord.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.EvidenceRecord";
            };

            return EvidenceRecord;
        })();

        v1.Notice = (function() {

            /**
             * Properties of a Notice.
             * @typedef {Object} fleetmeter.v1.Notice.$Properties
             * @property {Uint8Array|null} [collectorId] Notice collectorId
             * @property {number|null} [serial] Notice serial
             * @property {Array.<string>|null} [addresses] Notice addresses
             * @property {Array.<Uint8Array>|null} [authorityFingerprints] Notice authorityFingerprints
             * @property {number|null} [validUntil] Notice validUntil
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Notice.
             * @memberof fleetmeter.v1
             * @interface INotice
             * @augments fleetmeter.v1.Notice.$Properties
             * @deprecated Use fleetmeter.v1.Notice.$Properties instead.
             */

            /**
             * Shape of a Notice.
             * @typedef {fleetmeter.v1.Notice.$Properties} fleetmeter.v1.Notice.$Shape
             */

            /**
             * Constructs a new Notice.
             * @memberof fleetmeter.v1
             * @classdesc Represents a Notice.
             * @constructor
             * @param {fleetmeter.v1.Notice.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Notice = function (properties) {
                this.addresses = [];
                this.authorityFingerprints = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Notice collectorId.
             * @member {Uint8Array} collectorId
             * @memberof fleetmeter.v1.Notice
             * @instance
             */
            Notice.prototype.collectorId = $util.newBuffer([]);

            /**
             * Notice serial.
             * @member {number} serial
             * @memberof fleetmeter.v1.Notice
             * @instance
             */
            Notice.prototype.serial = 0;

            /**
             * Notice addresses.
             * @member {Array.<string>} addresses
             * @memberof fleetmeter.v1.Notice
             * @instance
             */
            Notice.prototype.addresses = $util.emptyArray;

            /**
             * Notice authorityFingerprints.
             * @member {Array.<Uint8Array>} authorityFingerprints
             * @memberof fleetmeter.v1.Notice
             * @instance
             */
            Notice.prototype.authorityFingerprints = $util.emptyArray;

            /**
             * Notice validUntil.
             * @member {number} validUntil
             * @memberof fleetmeter.v1.Notice
             * @instance
             */
            Notice.prototype.validUntil = 0;

            /**
             * Encodes the specified Notice message. Does not implicitly {@link fleetmeter.v1.Notice.verify|verify} messages.
             * @function encode
             * @memberof fleetmeter.v1.Notice
             * @static
             * @param {fleetmeter.v1.Notice.$Properties} message Notice message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Notice.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.collectorId != null && $Object.hasOwnProperty.call(message, "collectorId") && message.collectorId.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.collectorId);
                if (message.serial != null && $Object.hasOwnProperty.call(message, "serial") && message.serial !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.serial);
                if (message.addresses != null && message.addresses.length)
                    for (let i = 0; i < message.addresses.length; ++i)
                        writer.uint32(/* id 3, wireType 2 =*/26).string(message.addresses[i]);
                if (message.authorityFingerprints != null && message.authorityFingerprints.length)
                    for (let i = 0; i < message.authorityFingerprints.length; ++i)
                        writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.authorityFingerprints[i]);
                if (message.validUntil != null && $Object.hasOwnProperty.call(message, "validUntil") && message.validUntil !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.validUntil);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Notice message from the specified reader or buffer.
             * @function decode
             * @memberof fleetmeter.v1.Notice
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {fleetmeter.v1.Notice & fleetmeter.v1.Notice.$Shape} Notice
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Notice.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.fleetmeter.v1.Notice();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.collectorId = value;
                            else
                                delete message.collectorId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.serial = value;
                            else
                                delete message.serial;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.addresses && message.addresses.length))
                                message.addresses = [];
                            message.addresses.push(reader.stringVerify());
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.authorityFingerprints && message.authorityFingerprints.length))
                                message.authorityFingerprints = [];
                            message.authorityFingerprints.push(reader.bytes());
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.validUntil = value;
                            else
                                delete message.validUntil;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Notice
             * @function getTypeUrl
             * @memberof fleetmeter.v1.Notice
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Notice.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/fleetmeter.v1.Notice";
            };

            return Notice;
        })();

        return v1;
    })();

    return fleetmeter;
})();

export {
  $root as default
};
