import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace fleetmeter. */
export namespace fleetmeter {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of an Acknowledgement.
         * @deprecated Use fleetmeter.v1.Acknowledgement.$Properties instead.
         */
        interface IAcknowledgement extends fleetmeter.v1.Acknowledgement.$Properties {
        }

        /** Represents an Acknowledgement. */
        class Acknowledgement {

            /**
             * Constructs a new Acknowledgement.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.Acknowledgement.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Acknowledgement acceptedSequence. */
            acceptedSequence: number;

            /** Acknowledgement directives. */
            directives: fleetmeter.v1.Directive.$Properties[];

            /** Acknowledgement settings. */
            settings?: (fleetmeter.v1.Settings.$Properties|null);

            /** Acknowledgement nextReportInSeconds. */
            nextReportInSeconds?: (number|null);

            /** Acknowledgement collectorTime. */
            collectorTime: number;

            /** Acknowledgement quarantined. */
            quarantined: fleetmeter.v1.QuarantinedRecord.$Properties[];

            /** Acknowledgement notice. */
            notice: Uint8Array;

            /**
             * Encodes the specified Acknowledgement message. Does not implicitly {@link fleetmeter.v1.Acknowledgement.verify|verify} messages.
             * @param message Acknowledgement message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.Acknowledgement.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Acknowledgement message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.Acknowledgement & fleetmeter.v1.Acknowledgement.$Shape} Acknowledgement
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.Acknowledgement & fleetmeter.v1.Acknowledgement.$Shape;

            /**
             * Gets the type url for Acknowledgement
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Acknowledgement {

            /** Properties of an Acknowledgement. */
            interface $Properties {

                /** Acknowledgement acceptedSequence */
                acceptedSequence?: (number|null);

                /** Acknowledgement directives */
                directives?: (fleetmeter.v1.Directive.$Properties[]|null);

                /** Acknowledgement settings */
                settings?: (fleetmeter.v1.Settings.$Properties|null);

                /** Acknowledgement nextReportInSeconds */
                nextReportInSeconds?: (number|null);

                /** Acknowledgement collectorTime */
                collectorTime?: (number|null);

                /** Acknowledgement quarantined */
                quarantined?: (fleetmeter.v1.QuarantinedRecord.$Properties[]|null);

                /** Acknowledgement notice */
                notice?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Acknowledgement. */
            type $Shape = {
              acceptedSequence?: number|null;
              directives?: fleetmeter.v1.Directive.$Shape[]|null;
              settings?: fleetmeter.v1.Settings.$Shape|null;
              nextReportInSeconds?: number|null;
              collectorTime?: number|null;
              quarantined?: fleetmeter.v1.QuarantinedRecord.$Shape[]|null;
              notice?: Uint8Array|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of a Directive.
         * @deprecated Use fleetmeter.v1.Directive.$Properties instead.
         */
        interface IDirective extends fleetmeter.v1.Directive.$Properties {
        }

        /** Represents a Directive. */
        class Directive {

            /**
             * Constructs a new Directive.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.Directive.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Directive epoch. */
            epoch: Uint8Array;

            /** Directive sequence. */
            sequence: number;

            /** Directive resync. */
            resync?: (fleetmeter.v1.Resync.$Properties|null);

            /** Directive openEpoch. */
            openEpoch?: (fleetmeter.v1.OpenEpoch.$Properties|null);

            /** Directive resendUsage. */
            resendUsage?: (fleetmeter.v1.ResendUsage.$Properties|null);

            /** Directive sendEvidence. */
            sendEvidence?: (fleetmeter.v1.SendEvidence.$Properties|null);

            /** Directive pollAgain. */
            pollAgain?: (fleetmeter.v1.PollAgain.$Properties|null);

            /** Directive split. */
            split?: (fleetmeter.v1.Split.$Properties|null);

            /** Directive action. */
            action?: ("resync"|"openEpoch"|"resendUsage"|"sendEvidence"|"pollAgain"|"split");

            /**
             * Encodes the specified Directive message. Does not implicitly {@link fleetmeter.v1.Directive.verify|verify} messages.
             * @param message Directive message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.Directive.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Directive message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.Directive & fleetmeter.v1.Directive.$Shape} Directive
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.Directive & fleetmeter.v1.Directive.$Shape;

            /**
             * Gets the type url for Directive
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Directive {

            /** Properties of a Directive. */
            interface $Properties {

                /** Directive epoch */
                epoch?: (Uint8Array|null);

                /** Directive sequence */
                sequence?: (number|null);

                /** Directive resync */
                resync?: (fleetmeter.v1.Resync.$Properties|null);

                /** Directive openEpoch */
                openEpoch?: (fleetmeter.v1.OpenEpoch.$Properties|null);

                /** Directive resendUsage */
                resendUsage?: (fleetmeter.v1.ResendUsage.$Properties|null);

                /** Directive sendEvidence */
                sendEvidence?: (fleetmeter.v1.SendEvidence.$Properties|null);

                /** Directive pollAgain */
                pollAgain?: (fleetmeter.v1.PollAgain.$Properties|null);

                /** Directive split */
                split?: (fleetmeter.v1.Split.$Properties|null);

                /** Directive action */
                action?: ("resync"|"openEpoch"|"resendUsage"|"sendEvidence"|"pollAgain"|"split");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a Directive. */
            type $Shape = {
              epoch?: Uint8Array|null;
              sequence?: number|null;
              resync?: fleetmeter.v1.Resync.$Shape|null;
              openEpoch?: fleetmeter.v1.OpenEpoch.$Shape|null;
              resendUsage?: fleetmeter.v1.ResendUsage.$Shape|null;
              sendEvidence?: fleetmeter.v1.SendEvidence.$Shape|null;
              pollAgain?: fleetmeter.v1.PollAgain.$Shape|null;
              split?: fleetmeter.v1.Split.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ action?: undefined; resync?: null; openEpoch?: null; resendUsage?: null; sendEvidence?: null; pollAgain?: null; split?: null }|{ action?: "resync"; resync: fleetmeter.v1.Resync.$Shape; openEpoch?: null; resendUsage?: null; sendEvidence?: null; pollAgain?: null; split?: null }|{ action?: "openEpoch"; resync?: null; openEpoch: fleetmeter.v1.OpenEpoch.$Shape; resendUsage?: null; sendEvidence?: null; pollAgain?: null; split?: null }|{ action?: "resendUsage"; resync?: null; openEpoch?: null; resendUsage: fleetmeter.v1.ResendUsage.$Shape; sendEvidence?: null; pollAgain?: null; split?: null }|{ action?: "sendEvidence"; resync?: null; openEpoch?: null; resendUsage?: null; sendEvidence: fleetmeter.v1.SendEvidence.$Shape; pollAgain?: null; split?: null }|{ action?: "pollAgain"; resync?: null; openEpoch?: null; resendUsage?: null; sendEvidence?: null; pollAgain: fleetmeter.v1.PollAgain.$Shape; split?: null }|{ action?: "split"; resync?: null; openEpoch?: null; resendUsage?: null; sendEvidence?: null; pollAgain?: null; split: fleetmeter.v1.Split.$Shape })
            );
        }

        /**
         * Properties of a Resync.
         * @deprecated Use fleetmeter.v1.Resync.$Properties instead.
         */
        interface IResync extends fleetmeter.v1.Resync.$Properties {
        }

        /** Represents a Resync. */
        class Resync {

            /**
             * Constructs a new Resync.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.Resync.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Resync head. */
            head?: (fleetmeter.v1.ProcessedHead.$Properties|null);

            /**
             * Encodes the specified Resync message. Does not implicitly {@link fleetmeter.v1.Resync.verify|verify} messages.
             * @param message Resync message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.Resync.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Resync message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.Resync & fleetmeter.v1.Resync.$Shape} Resync
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.Resync & fleetmeter.v1.Resync.$Shape;

            /**
             * Gets the type url for Resync
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Resync {

            /** Properties of a Resync. */
            interface $Properties {

                /** Resync head */
                head?: (fleetmeter.v1.ProcessedHead.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Resync. */
            type $Shape = fleetmeter.v1.Resync.$Properties;
        }

        /**
         * Properties of a ProcessedHead.
         * @deprecated Use fleetmeter.v1.ProcessedHead.$Properties instead.
         */
        interface IProcessedHead extends fleetmeter.v1.ProcessedHead.$Properties {
        }

        /** Represents a ProcessedHead. */
        class ProcessedHead {

            /**
             * Constructs a new ProcessedHead.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.ProcessedHead.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ProcessedHead sequence. */
            sequence: number;

            /** ProcessedHead reportHash. */
            reportHash: Uint8Array;

            /** ProcessedHead digest. */
            digest?: (fleetmeter.v1.InventoryDigest.$Properties|null);

            /**
             * Encodes the specified ProcessedHead message. Does not implicitly {@link fleetmeter.v1.ProcessedHead.verify|verify} messages.
             * @param message ProcessedHead message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.ProcessedHead.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ProcessedHead message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.ProcessedHead & fleetmeter.v1.ProcessedHead.$Shape} ProcessedHead
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.ProcessedHead & fleetmeter.v1.ProcessedHead.$Shape;

            /**
             * Gets the type url for ProcessedHead
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace ProcessedHead {

            /** Properties of a ProcessedHead. */
            interface $Properties {

                /** ProcessedHead sequence */
                sequence?: (number|null);

                /** ProcessedHead reportHash */
                reportHash?: (Uint8Array|null);

                /** ProcessedHead digest */
                digest?: (fleetmeter.v1.InventoryDigest.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ProcessedHead. */
            type $Shape = fleetmeter.v1.ProcessedHead.$Properties;
        }

        /**
         * Properties of an OpenEpoch.
         * @deprecated Use fleetmeter.v1.OpenEpoch.$Properties instead.
         */
        interface IOpenEpoch extends fleetmeter.v1.OpenEpoch.$Properties {
        }

        /** Represents an OpenEpoch. */
        class OpenEpoch {

            /**
             * Constructs a new OpenEpoch.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.OpenEpoch.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** OpenEpoch head. */
            head?: (fleetmeter.v1.ProcessedHead.$Properties|null);

            /**
             * Encodes the specified OpenEpoch message. Does not implicitly {@link fleetmeter.v1.OpenEpoch.verify|verify} messages.
             * @param message OpenEpoch message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.OpenEpoch.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an OpenEpoch message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.OpenEpoch & fleetmeter.v1.OpenEpoch.$Shape} OpenEpoch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.OpenEpoch & fleetmeter.v1.OpenEpoch.$Shape;

            /**
             * Gets the type url for OpenEpoch
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace OpenEpoch {

            /** Properties of an OpenEpoch. */
            interface $Properties {

                /** OpenEpoch head */
                head?: (fleetmeter.v1.ProcessedHead.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an OpenEpoch. */
            type $Shape = fleetmeter.v1.OpenEpoch.$Properties;
        }

        /**
         * Properties of a ResendUsage.
         * @deprecated Use fleetmeter.v1.ResendUsage.$Properties instead.
         */
        interface IResendUsage extends fleetmeter.v1.ResendUsage.$Properties {
        }

        /** Represents a ResendUsage. */
        class ResendUsage {

            /**
             * Constructs a new ResendUsage.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.ResendUsage.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ResendUsage sinceDay. */
            sinceDay: number;

            /** ResendUsage afterSequence. */
            afterSequence?: (number|null);

            /** ResendUsage days. */
            days: number[];

            /**
             * Encodes the specified ResendUsage message. Does not implicitly {@link fleetmeter.v1.ResendUsage.verify|verify} messages.
             * @param message ResendUsage message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.ResendUsage.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ResendUsage message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.ResendUsage & fleetmeter.v1.ResendUsage.$Shape} ResendUsage
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.ResendUsage & fleetmeter.v1.ResendUsage.$Shape;

            /**
             * Gets the type url for ResendUsage
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace ResendUsage {

            /** Properties of a ResendUsage. */
            interface $Properties {

                /** ResendUsage sinceDay */
                sinceDay?: (number|null);

                /** ResendUsage afterSequence */
                afterSequence?: (number|null);

                /** ResendUsage days */
                days?: (number[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ResendUsage. */
            type $Shape = fleetmeter.v1.ResendUsage.$Properties;
        }

        /**
         * Properties of a Split.
         * @deprecated Use fleetmeter.v1.Split.$Properties instead.
         */
        interface ISplit extends fleetmeter.v1.Split.$Properties {
        }

        /** Represents a Split. */
        class Split {

            /**
             * Constructs a new Split.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.Split.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Split ticket. */
            ticket: Uint8Array;

            /**
             * Encodes the specified Split message. Does not implicitly {@link fleetmeter.v1.Split.verify|verify} messages.
             * @param message Split message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.Split.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Split message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.Split & fleetmeter.v1.Split.$Shape} Split
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.Split & fleetmeter.v1.Split.$Shape;

            /**
             * Gets the type url for Split
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Split {

            /** Properties of a Split. */
            interface $Properties {

                /** Split ticket */
                ticket?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Split. */
            type $Shape = fleetmeter.v1.Split.$Properties;
        }

        /**
         * Properties of a SendEvidence.
         * @deprecated Use fleetmeter.v1.SendEvidence.$Properties instead.
         */
        interface ISendEvidence extends fleetmeter.v1.SendEvidence.$Properties {
        }

        /** Represents a SendEvidence. */
        class SendEvidence {

            /**
             * Constructs a new SendEvidence.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.SendEvidence.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SendEvidence executableIds. */
            executableIds: Uint8Array;

            /**
             * Encodes the specified SendEvidence message. Does not implicitly {@link fleetmeter.v1.SendEvidence.verify|verify} messages.
             * @param message SendEvidence message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.SendEvidence.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SendEvidence message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.SendEvidence & fleetmeter.v1.SendEvidence.$Shape} SendEvidence
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.SendEvidence & fleetmeter.v1.SendEvidence.$Shape;

            /**
             * Gets the type url for SendEvidence
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace SendEvidence {

            /** Properties of a SendEvidence. */
            interface $Properties {

                /** SendEvidence executableIds */
                executableIds?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SendEvidence. */
            type $Shape = fleetmeter.v1.SendEvidence.$Properties;
        }

        /**
         * Properties of a PollAgain.
         * @deprecated Use fleetmeter.v1.PollAgain.$Properties instead.
         */
        interface IPollAgain extends fleetmeter.v1.PollAgain.$Properties {
        }

        /** Represents a PollAgain. */
        class PollAgain {

            /**
             * Constructs a new PollAgain.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.PollAgain.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PollAgain afterSeconds. */
            afterSeconds: number;

            /**
             * Encodes the specified PollAgain message. Does not implicitly {@link fleetmeter.v1.PollAgain.verify|verify} messages.
             * @param message PollAgain message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.PollAgain.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PollAgain message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.PollAgain & fleetmeter.v1.PollAgain.$Shape} PollAgain
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.PollAgain & fleetmeter.v1.PollAgain.$Shape;

            /**
             * Gets the type url for PollAgain
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace PollAgain {

            /** Properties of a PollAgain. */
            interface $Properties {

                /** PollAgain afterSeconds */
                afterSeconds?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PollAgain. */
            type $Shape = fleetmeter.v1.PollAgain.$Properties;
        }

        /**
         * Properties of a QuarantinedRecord.
         * @deprecated Use fleetmeter.v1.QuarantinedRecord.$Properties instead.
         */
        interface IQuarantinedRecord extends fleetmeter.v1.QuarantinedRecord.$Properties {
        }

        /** Represents a QuarantinedRecord. */
        class QuarantinedRecord {

            /**
             * Constructs a new QuarantinedRecord.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.QuarantinedRecord.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** QuarantinedRecord sequence. */
            sequence: number;

            /** QuarantinedRecord reason. */
            reason: string;

            /** QuarantinedRecord detail. */
            detail: string;

            /**
             * Encodes the specified QuarantinedRecord message. Does not implicitly {@link fleetmeter.v1.QuarantinedRecord.verify|verify} messages.
             * @param message QuarantinedRecord message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.QuarantinedRecord.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a QuarantinedRecord message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.QuarantinedRecord & fleetmeter.v1.QuarantinedRecord.$Shape} QuarantinedRecord
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.QuarantinedRecord & fleetmeter.v1.QuarantinedRecord.$Shape;

            /**
             * Gets the type url for QuarantinedRecord
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace QuarantinedRecord {

            /** Properties of a QuarantinedRecord. */
            interface $Properties {

                /** QuarantinedRecord sequence */
                sequence?: (number|null);

                /** QuarantinedRecord reason */
                reason?: (string|null);

                /** QuarantinedRecord detail */
                detail?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a QuarantinedRecord. */
            type $Shape = fleetmeter.v1.QuarantinedRecord.$Properties;
        }

        /**
         * Properties of a Report.
         * @deprecated Use fleetmeter.v1.Report.$Properties instead.
         */
        interface IReport extends fleetmeter.v1.Report.$Properties {
        }

        /** Represents a Report. */
        class Report {

            /**
             * Constructs a new Report.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.Report.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Report collectorId. */
            collectorId: Uint8Array;

            /** Report deviceId. */
            deviceId: Uint8Array;

            /** Report epoch. */
            epoch?: (fleetmeter.v1.Epoch.$Properties|null);

            /** Report sequence. */
            sequence: number;

            /** Report composedAt. */
            composedAt: number;

            /** Report utcOffsetSeconds. */
            utcOffsetSeconds: number;

            /** Report digestBefore. */
            digestBefore?: (fleetmeter.v1.InventoryDigest.$Properties|null);

            /** Report digestAfter. */
            digestAfter?: (fleetmeter.v1.InventoryDigest.$Properties|null);

            /** Report inventory. */
            inventory?: (fleetmeter.v1.InventoryChange.$Properties|null);

            /** Report usage. */
            usage?: (fleetmeter.v1.Usage.$Properties|null);

            /** Report host. */
            host?: (fleetmeter.v1.HostFacts.$Properties|null);

            /** Report cost. */
            cost?: (fleetmeter.v1.AgentCost.$Properties|null);

            /** Report previousHash. */
            previousHash: Uint8Array;

            /** Report settingsVersion. */
            settingsVersion: number;

            /** Report noticeSerial. */
            noticeSerial: number;

            /**
             * Encodes the specified Report message. Does not implicitly {@link fleetmeter.v1.Report.verify|verify} messages.
             * @param message Report message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.Report.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Report message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.Report & fleetmeter.v1.Report.$Shape} Report
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.Report & fleetmeter.v1.Report.$Shape;

            /**
             * Gets the type url for Report
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Report {

            /** Properties of a Report. */
            interface $Properties {

                /** Report collectorId */
                collectorId?: (Uint8Array|null);

                /** Report deviceId */
                deviceId?: (Uint8Array|null);

                /** Report epoch */
                epoch?: (fleetmeter.v1.Epoch.$Properties|null);

                /** Report sequence */
                sequence?: (number|null);

                /** Report composedAt */
                composedAt?: (number|null);

                /** Report utcOffsetSeconds */
                utcOffsetSeconds?: (number|null);

                /** Report digestBefore */
                digestBefore?: (fleetmeter.v1.InventoryDigest.$Properties|null);

                /** Report digestAfter */
                digestAfter?: (fleetmeter.v1.InventoryDigest.$Properties|null);

                /** Report inventory */
                inventory?: (fleetmeter.v1.InventoryChange.$Properties|null);

                /** Report usage */
                usage?: (fleetmeter.v1.Usage.$Properties|null);

                /** Report host */
                host?: (fleetmeter.v1.HostFacts.$Properties|null);

                /** Report cost */
                cost?: (fleetmeter.v1.AgentCost.$Properties|null);

                /** Report previousHash */
                previousHash?: (Uint8Array|null);

                /** Report settingsVersion */
                settingsVersion?: (number|null);

                /** Report noticeSerial */
                noticeSerial?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Report. */
            type $Shape = fleetmeter.v1.Report.$Properties;
        }

        /**
         * Properties of an Epoch.
         * @deprecated Use fleetmeter.v1.Epoch.$Properties instead.
         */
        interface IEpoch extends fleetmeter.v1.Epoch.$Properties {
        }

        /** Represents an Epoch. */
        class Epoch {

            /**
             * Constructs a new Epoch.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.Epoch.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Epoch id. */
            id: Uint8Array;

            /** Epoch parent. */
            parent?: (fleetmeter.v1.EpochParent.$Properties|null);

            /**
             * Encodes the specified Epoch message. Does not implicitly {@link fleetmeter.v1.Epoch.verify|verify} messages.
             * @param message Epoch message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.Epoch.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Epoch message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.Epoch & fleetmeter.v1.Epoch.$Shape} Epoch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.Epoch & fleetmeter.v1.Epoch.$Shape;

            /**
             * Gets the type url for Epoch
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Epoch {

            /** Properties of an Epoch. */
            interface $Properties {

                /** Epoch id */
                id?: (Uint8Array|null);

                /** Epoch parent */
                parent?: (fleetmeter.v1.EpochParent.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Epoch. */
            type $Shape = fleetmeter.v1.Epoch.$Properties;
        }

        /**
         * Properties of an EpochParent.
         * @deprecated Use fleetmeter.v1.EpochParent.$Properties instead.
         */
        interface IEpochParent extends fleetmeter.v1.EpochParent.$Properties {
        }

        /** Represents an EpochParent. */
        class EpochParent {

            /**
             * Constructs a new EpochParent.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.EpochParent.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** EpochParent id. */
            id: Uint8Array;

            /** EpochParent sequence. */
            sequence: number;

            /** EpochParent digest. */
            digest?: (fleetmeter.v1.InventoryDigest.$Properties|null);

            /**
             * Encodes the specified EpochParent message. Does not implicitly {@link fleetmeter.v1.EpochParent.verify|verify} messages.
             * @param message EpochParent message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.EpochParent.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an EpochParent message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.EpochParent & fleetmeter.v1.EpochParent.$Shape} EpochParent
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.EpochParent & fleetmeter.v1.EpochParent.$Shape;

            /**
             * Gets the type url for EpochParent
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace EpochParent {

            /** Properties of an EpochParent. */
            interface $Properties {

                /** EpochParent id */
                id?: (Uint8Array|null);

                /** EpochParent sequence */
                sequence?: (number|null);

                /** EpochParent digest */
                digest?: (fleetmeter.v1.InventoryDigest.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an EpochParent. */
            type $Shape = fleetmeter.v1.EpochParent.$Properties;
        }

        /**
         * Properties of an InventoryDigest.
         * @deprecated Use fleetmeter.v1.InventoryDigest.$Properties instead.
         */
        interface IInventoryDigest extends fleetmeter.v1.InventoryDigest.$Properties {
        }

        /** Represents an InventoryDigest. */
        class InventoryDigest {

            /**
             * Constructs a new InventoryDigest.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.InventoryDigest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** InventoryDigest count. */
            count: number;

            /** InventoryDigest sum. */
            sum: Uint8Array;

            /**
             * Encodes the specified InventoryDigest message. Does not implicitly {@link fleetmeter.v1.InventoryDigest.verify|verify} messages.
             * @param message InventoryDigest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.InventoryDigest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an InventoryDigest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.InventoryDigest & fleetmeter.v1.InventoryDigest.$Shape} InventoryDigest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.InventoryDigest & fleetmeter.v1.InventoryDigest.$Shape;

            /**
             * Gets the type url for InventoryDigest
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace InventoryDigest {

            /** Properties of an InventoryDigest. */
            interface $Properties {

                /** InventoryDigest count */
                count?: (number|null);

                /** InventoryDigest sum */
                sum?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an InventoryDigest. */
            type $Shape = fleetmeter.v1.InventoryDigest.$Properties;
        }

        /**
         * Properties of an InventoryChange.
         * @deprecated Use fleetmeter.v1.InventoryChange.$Properties instead.
         */
        interface IInventoryChange extends fleetmeter.v1.InventoryChange.$Properties {
        }

        /** Represents an InventoryChange. */
        class InventoryChange {

            /**
             * Constructs a new InventoryChange.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.InventoryChange.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** InventoryChange baseline. */
            baseline: boolean;

            /** InventoryChange presentIds. */
            presentIds: Uint8Array;

            /** InventoryChange absentIds. */
            absentIds: Uint8Array;

            /** InventoryChange part. */
            part?: (number|null);

            /** InventoryChange parts. */
            parts?: (number|null);

            /**
             * Encodes the specified InventoryChange message. Does not implicitly {@link fleetmeter.v1.InventoryChange.verify|verify} messages.
             * @param message InventoryChange message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.InventoryChange.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an InventoryChange message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.InventoryChange & fleetmeter.v1.InventoryChange.$Shape} InventoryChange
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.InventoryChange & fleetmeter.v1.InventoryChange.$Shape;

            /**
             * Gets the type url for InventoryChange
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace InventoryChange {

            /** Properties of an InventoryChange. */
            interface $Properties {

                /** InventoryChange baseline */
                baseline?: (boolean|null);

                /** InventoryChange presentIds */
                presentIds?: (Uint8Array|null);

                /** InventoryChange absentIds */
                absentIds?: (Uint8Array|null);

                /** InventoryChange part */
                part?: (number|null);

                /** InventoryChange parts */
                parts?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an InventoryChange. */
            type $Shape = fleetmeter.v1.InventoryChange.$Properties;
        }

        /**
         * Properties of a Usage.
         * @deprecated Use fleetmeter.v1.Usage.$Properties instead.
         */
        interface IUsage extends fleetmeter.v1.Usage.$Properties {
        }

        /** Represents a Usage. */
        class Usage {

            /**
             * Constructs a new Usage.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.Usage.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Usage runs. */
            runs: Uint8Array;

            /** Usage users. */
            users: Uint8Array[];

            /** Usage records. */
            records: fleetmeter.v1.UsageRecord.$Properties[];

            /** Usage coverage. */
            coverage: fleetmeter.v1.Coverage.$Properties[];

            /** Usage digests. */
            digests: fleetmeter.v1.UsageDigest.$Properties[];

            /**
             * Encodes the specified Usage message. Does not implicitly {@link fleetmeter.v1.Usage.verify|verify} messages.
             * @param message Usage message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.Usage.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Usage message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.Usage & fleetmeter.v1.Usage.$Shape} Usage
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.Usage & fleetmeter.v1.Usage.$Shape;

            /**
             * Gets the type url for Usage
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Usage {

            /** Properties of a Usage. */
            interface $Properties {

                /** Usage runs */
                runs?: (Uint8Array|null);

                /** Usage users */
                users?: (Uint8Array[]|null);

                /** Usage records */
                records?: (fleetmeter.v1.UsageRecord.$Properties[]|null);

                /** Usage coverage */
                coverage?: (fleetmeter.v1.Coverage.$Properties[]|null);

                /** Usage digests */
                digests?: (fleetmeter.v1.UsageDigest.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Usage. */
            type $Shape = fleetmeter.v1.Usage.$Properties;
        }

        /**
         * Properties of a UsageDigest.
         * @deprecated Use fleetmeter.v1.UsageDigest.$Properties instead.
         */
        interface IUsageDigest extends fleetmeter.v1.UsageDigest.$Properties {
        }

        /** Represents a UsageDigest. */
        class UsageDigest {

            /**
             * Constructs a new UsageDigest.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.UsageDigest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** UsageDigest day. */
            day: number;

            /** UsageDigest run. */
            run: number;

            /** UsageDigest records. */
            records: number;

            /** UsageDigest seconds. */
            seconds: number;

            /** UsageDigest launches. */
            launches: number;

            /** UsageDigest marks. */
            marks: number;

            /** UsageDigest coverageSeconds. */
            coverageSeconds: number;

            /**
             * Encodes the specified UsageDigest message. Does not implicitly {@link fleetmeter.v1.UsageDigest.verify|verify} messages.
             * @param message UsageDigest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.UsageDigest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a UsageDigest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.UsageDigest & fleetmeter.v1.UsageDigest.$Shape} UsageDigest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.UsageDigest & fleetmeter.v1.UsageDigest.$Shape;

            /**
             * Gets the type url for UsageDigest
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace UsageDigest {

            /** Properties of a UsageDigest. */
            interface $Properties {

                /** UsageDigest day */
                day?: (number|null);

                /** UsageDigest run */
                run?: (number|null);

                /** UsageDigest records */
                records?: (number|null);

                /** UsageDigest seconds */
                seconds?: (number|null);

                /** UsageDigest launches */
                launches?: (number|null);

                /** UsageDigest marks */
                marks?: (number|null);

                /** UsageDigest coverageSeconds */
                coverageSeconds?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a UsageDigest. */
            type $Shape = fleetmeter.v1.UsageDigest.$Properties;
        }

        /**
         * Properties of a UsageRecord.
         * @deprecated Use fleetmeter.v1.UsageRecord.$Properties instead.
         */
        interface IUsageRecord extends fleetmeter.v1.UsageRecord.$Properties {
        }

        /** Represents a UsageRecord. */
        class UsageRecord {

            /**
             * Constructs a new UsageRecord.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.UsageRecord.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** UsageRecord day. */
            day: number;

            /** UsageRecord run. */
            run: number;

            /** UsageRecord executableId. */
            executableId: Uint8Array;

            /** UsageRecord user. */
            user: number;

            /** UsageRecord generation. */
            generation: number;

            /** UsageRecord seconds. */
            seconds: number;

            /** UsageRecord launches. */
            launches?: (fleetmeter.v1.Launches.$Properties|null);

            /** UsageRecord foregroundSeconds. */
            foregroundSeconds?: (number|null);

            /** UsageRecord lockedSeconds. */
            lockedSeconds?: (number|null);

            /** UsageRecord slots. */
            slots: Uint8Array;

            /** UsageRecord slotsChronological. */
            slotsChronological: boolean;

            /**
             * Encodes the specified UsageRecord message. Does not implicitly {@link fleetmeter.v1.UsageRecord.verify|verify} messages.
             * @param message UsageRecord message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.UsageRecord.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a UsageRecord message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.UsageRecord & fleetmeter.v1.UsageRecord.$Shape} UsageRecord
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.UsageRecord & fleetmeter.v1.UsageRecord.$Shape;

            /**
             * Gets the type url for UsageRecord
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace UsageRecord {

            /** Properties of a UsageRecord. */
            interface $Properties {

                /** UsageRecord day */
                day?: (number|null);

                /** UsageRecord run */
                run?: (number|null);

                /** UsageRecord executableId */
                executableId?: (Uint8Array|null);

                /** UsageRecord user */
                user?: (number|null);

                /** UsageRecord generation */
                generation?: (number|null);

                /** UsageRecord seconds */
                seconds?: (number|null);

                /** UsageRecord launches */
                launches?: (fleetmeter.v1.Launches.$Properties|null);

                /** UsageRecord foregroundSeconds */
                foregroundSeconds?: (number|null);

                /** UsageRecord lockedSeconds */
                lockedSeconds?: (number|null);

                /** UsageRecord slots */
                slots?: (Uint8Array|null);

                /** UsageRecord slotsChronological */
                slotsChronological?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a UsageRecord. */
            type $Shape = fleetmeter.v1.UsageRecord.$Properties;
        }

        /**
         * Properties of a Launches.
         * @deprecated Use fleetmeter.v1.Launches.$Properties instead.
         */
        interface ILaunches extends fleetmeter.v1.Launches.$Properties {
        }

        /** Represents a Launches. */
        class Launches {

            /**
             * Constructs a new Launches.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.Launches.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Launches user. */
            user: number;

            /** Launches autostart. */
            autostart: number;

            /** Launches service. */
            service: number;

            /** Launches scheduler. */
            scheduler: number;

            /** Launches unknown. */
            unknown: number;

            /**
             * Encodes the specified Launches message. Does not implicitly {@link fleetmeter.v1.Launches.verify|verify} messages.
             * @param message Launches message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.Launches.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Launches message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.Launches & fleetmeter.v1.Launches.$Shape} Launches
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.Launches & fleetmeter.v1.Launches.$Shape;

            /**
             * Gets the type url for Launches
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Launches {

            /** Properties of a Launches. */
            interface $Properties {

                /** Launches user */
                user?: (number|null);

                /** Launches autostart */
                autostart?: (number|null);

                /** Launches service */
                service?: (number|null);

                /** Launches scheduler */
                scheduler?: (number|null);

                /** Launches unknown */
                unknown?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Launches. */
            type $Shape = fleetmeter.v1.Launches.$Properties;
        }

        /**
         * Properties of a Coverage.
         * @deprecated Use fleetmeter.v1.Coverage.$Properties instead.
         */
        interface ICoverage extends fleetmeter.v1.Coverage.$Properties {
        }

        /** Represents a Coverage. */
        class Coverage {

            /**
             * Constructs a new Coverage.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.Coverage.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Coverage day. */
            day: number;

            /** Coverage run. */
            run: number;

            /** Coverage seconds. */
            seconds: number;

            /** Coverage unobservedSeconds. */
            unobservedSeconds: number;

            /** Coverage interactiveSeconds. */
            interactiveSeconds?: (number|null);

            /**
             * Encodes the specified Coverage message. Does not implicitly {@link fleetmeter.v1.Coverage.verify|verify} messages.
             * @param message Coverage message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.Coverage.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Coverage message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.Coverage & fleetmeter.v1.Coverage.$Shape} Coverage
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.Coverage & fleetmeter.v1.Coverage.$Shape;

            /**
             * Gets the type url for Coverage
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Coverage {

            /** Properties of a Coverage. */
            interface $Properties {

                /** Coverage day */
                day?: (number|null);

                /** Coverage run */
                run?: (number|null);

                /** Coverage seconds */
                seconds?: (number|null);

                /** Coverage unobservedSeconds */
                unobservedSeconds?: (number|null);

                /** Coverage interactiveSeconds */
                interactiveSeconds?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Coverage. */
            type $Shape = fleetmeter.v1.Coverage.$Properties;
        }

        /**
         * Properties of an AgentCost.
         * @deprecated Use fleetmeter.v1.AgentCost.$Properties instead.
         */
        interface IAgentCost extends fleetmeter.v1.AgentCost.$Properties {
        }

        /** Represents an AgentCost. */
        class AgentCost {

            /**
             * Constructs a new AgentCost.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.AgentCost.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AgentCost uptimeSeconds. */
            uptimeSeconds: number;

            /** AgentCost cpuMilliseconds. */
            cpuMilliseconds: number;

            /** AgentCost residentKib. */
            residentKib: number;

            /** AgentCost filesHashed. */
            filesHashed: number;

            /** AgentCost hashedKib. */
            hashedKib: number;

            /** AgentCost sentKib. */
            sentKib: number;

            /** AgentCost watches. */
            watches: number;

            /** AgentCost skipped. */
            skipped: fleetmeter.v1.SkippedFiles.$Properties[];

            /** AgentCost clockAheadSeconds. */
            clockAheadSeconds: number;

            /**
             * Encodes the specified AgentCost message. Does not implicitly {@link fleetmeter.v1.AgentCost.verify|verify} messages.
             * @param message AgentCost message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.AgentCost.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AgentCost message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.AgentCost & fleetmeter.v1.AgentCost.$Shape} AgentCost
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.AgentCost & fleetmeter.v1.AgentCost.$Shape;

            /**
             * Gets the type url for AgentCost
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace AgentCost {

            /** Properties of an AgentCost. */
            interface $Properties {

                /** AgentCost uptimeSeconds */
                uptimeSeconds?: (number|null);

                /** AgentCost cpuMilliseconds */
                cpuMilliseconds?: (number|null);

                /** AgentCost residentKib */
                residentKib?: (number|null);

                /** AgentCost filesHashed */
                filesHashed?: (number|null);

                /** AgentCost hashedKib */
                hashedKib?: (number|null);

                /** AgentCost sentKib */
                sentKib?: (number|null);

                /** AgentCost watches */
                watches?: (number|null);

                /** AgentCost skipped */
                skipped?: (fleetmeter.v1.SkippedFiles.$Properties[]|null);

                /** AgentCost clockAheadSeconds */
                clockAheadSeconds?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AgentCost. */
            type $Shape = fleetmeter.v1.AgentCost.$Properties;
        }

        /** SkipReason enum. */
        enum SkipReason {

            /** SKIP_REASON_UNSPECIFIED value */
            SKIP_REASON_UNSPECIFIED = 0,

            /** SKIP_REASON_UNREADABLE value */
            SKIP_REASON_UNREADABLE = 1,

            /** SKIP_REASON_VANISHED value */
            SKIP_REASON_VANISHED = 2,

            /** SKIP_REASON_CHANGED_WHILE_HASHING value */
            SKIP_REASON_CHANGED_WHILE_HASHING = 3,

            /** SKIP_REASON_TOO_LARGE value */
            SKIP_REASON_TOO_LARGE = 4,

            /** SKIP_REASON_NOT_REGULAR value */
            SKIP_REASON_NOT_REGULAR = 5,

            /** SKIP_REASON_PATH_NOT_UNICODE value */
            SKIP_REASON_PATH_NOT_UNICODE = 6,

            /** SKIP_REASON_FOLDER_UNREADABLE value */
            SKIP_REASON_FOLDER_UNREADABLE = 7,

            /** SKIP_REASON_WATCH_LIMIT value */
            SKIP_REASON_WATCH_LIMIT = 8,

            /** SKIP_REASON_EXCLUDED_FILE_SYSTEM value */
            SKIP_REASON_EXCLUDED_FILE_SYSTEM = 9,

            /** SKIP_REASON_EXCLUDED_FOLDER value */
            SKIP_REASON_EXCLUDED_FOLDER = 10,

            /** SKIP_REASON_PACKAGE_DATABASE_BUSY value */
            SKIP_REASON_PACKAGE_DATABASE_BUSY = 11,

            /** SKIP_REASON_ID_TAKEN value */
            SKIP_REASON_ID_TAKEN = 12,

            /** SKIP_REASON_STATE_FULL value */
            SKIP_REASON_STATE_FULL = 13
        }

        /**
         * Properties of a SkippedFiles.
         * @deprecated Use fleetmeter.v1.SkippedFiles.$Properties instead.
         */
        interface ISkippedFiles extends fleetmeter.v1.SkippedFiles.$Properties {
        }

        /** Represents a SkippedFiles. */
        class SkippedFiles {

            /**
             * Constructs a new SkippedFiles.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.SkippedFiles.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SkippedFiles reason. */
            reason: fleetmeter.v1.SkipReason;

            /** SkippedFiles count. */
            count: number;

            /**
             * Encodes the specified SkippedFiles message. Does not implicitly {@link fleetmeter.v1.SkippedFiles.verify|verify} messages.
             * @param message SkippedFiles message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.SkippedFiles.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SkippedFiles message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.SkippedFiles & fleetmeter.v1.SkippedFiles.$Shape} SkippedFiles
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.SkippedFiles & fleetmeter.v1.SkippedFiles.$Shape;

            /**
             * Gets the type url for SkippedFiles
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace SkippedFiles {

            /** Properties of a SkippedFiles. */
            interface $Properties {

                /** SkippedFiles reason */
                reason?: (fleetmeter.v1.SkipReason|null);

                /** SkippedFiles count */
                count?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SkippedFiles. */
            type $Shape = fleetmeter.v1.SkippedFiles.$Properties;
        }

        /** JoinKind enum. */
        enum JoinKind {

            /** JOIN_KIND_UNSPECIFIED value */
            JOIN_KIND_UNSPECIFIED = 0,

            /** JOIN_KIND_NONE value */
            JOIN_KIND_NONE = 1,

            /** JOIN_KIND_DOMAIN value */
            JOIN_KIND_DOMAIN = 2,

            /** JOIN_KIND_CLOUD value */
            JOIN_KIND_CLOUD = 3,

            /** JOIN_KIND_HYBRID value */
            JOIN_KIND_HYBRID = 4
        }

        /**
         * Properties of a HostFacts.
         * @deprecated Use fleetmeter.v1.HostFacts.$Properties instead.
         */
        interface IHostFacts extends fleetmeter.v1.HostFacts.$Properties {
        }

        /** Represents a HostFacts. */
        class HostFacts {

            /**
             * Constructs a new HostFacts.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.HostFacts.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** HostFacts hostname. */
            hostname: string;

            /** HostFacts os. */
            os: string;

            /** HostFacts osName. */
            osName: string;

            /** HostFacts osVersion. */
            osVersion: string;

            /** HostFacts architecture. */
            architecture: string;

            /** HostFacts kernel. */
            kernel: string;

            /** HostFacts cpuCount. */
            cpuCount: number;

            /** HostFacts memoryMib. */
            memoryMib: number;

            /** HostFacts agentVersion. */
            agentVersion: string;

            /** HostFacts hardware. */
            hardware?: (fleetmeter.v1.HardwareIdentity.$Properties|null);

            /** HostFacts joinKind. */
            joinKind: fleetmeter.v1.JoinKind;

            /** HostFacts managementId. */
            managementId: string;

            /** HostFacts ephemeral. */
            ephemeral?: (boolean|null);

            /** HostFacts virtual. */
            virtual?: (boolean|null);

            /** HostFacts groupTag. */
            groupTag: string;

            /**
             * Encodes the specified HostFacts message. Does not implicitly {@link fleetmeter.v1.HostFacts.verify|verify} messages.
             * @param message HostFacts message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.HostFacts.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a HostFacts message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.HostFacts & fleetmeter.v1.HostFacts.$Shape} HostFacts
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.HostFacts & fleetmeter.v1.HostFacts.$Shape;

            /**
             * Gets the type url for HostFacts
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace HostFacts {

            /** Properties of a HostFacts. */
            interface $Properties {

                /** HostFacts hostname */
                hostname?: (string|null);

                /** HostFacts os */
                os?: (string|null);

                /** HostFacts osName */
                osName?: (string|null);

                /** HostFacts osVersion */
                osVersion?: (string|null);

                /** HostFacts architecture */
                architecture?: (string|null);

                /** HostFacts kernel */
                kernel?: (string|null);

                /** HostFacts cpuCount */
                cpuCount?: (number|null);

                /** HostFacts memoryMib */
                memoryMib?: (number|null);

                /** HostFacts agentVersion */
                agentVersion?: (string|null);

                /** HostFacts hardware */
                hardware?: (fleetmeter.v1.HardwareIdentity.$Properties|null);

                /** HostFacts joinKind */
                joinKind?: (fleetmeter.v1.JoinKind|null);

                /** HostFacts managementId */
                managementId?: (string|null);

                /** HostFacts ephemeral */
                ephemeral?: (boolean|null);

                /** HostFacts virtual */
                virtual?: (boolean|null);

                /** HostFacts groupTag */
                groupTag?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a HostFacts. */
            type $Shape = fleetmeter.v1.HostFacts.$Properties;
        }

        /**
         * Properties of a HardwareIdentity.
         * @deprecated Use fleetmeter.v1.HardwareIdentity.$Properties instead.
         */
        interface IHardwareIdentity extends fleetmeter.v1.HardwareIdentity.$Properties {
        }

        /** Represents a HardwareIdentity. */
        class HardwareIdentity {

            /**
             * Constructs a new HardwareIdentity.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.HardwareIdentity.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** HardwareIdentity systemUuid. */
            systemUuid: Uint8Array;

            /** HardwareIdentity systemUuidLittleEndian. */
            systemUuidLittleEndian: Uint8Array;

            /** HardwareIdentity serial. */
            serial: string;

            /** HardwareIdentity macAddresses. */
            macAddresses: Uint8Array[];

            /**
             * Encodes the specified HardwareIdentity message. Does not implicitly {@link fleetmeter.v1.HardwareIdentity.verify|verify} messages.
             * @param message HardwareIdentity message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.HardwareIdentity.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a HardwareIdentity message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.HardwareIdentity & fleetmeter.v1.HardwareIdentity.$Shape} HardwareIdentity
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.HardwareIdentity & fleetmeter.v1.HardwareIdentity.$Shape;

            /**
             * Gets the type url for HardwareIdentity
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace HardwareIdentity {

            /** Properties of a HardwareIdentity. */
            interface $Properties {

                /** HardwareIdentity systemUuid */
                systemUuid?: (Uint8Array|null);

                /** HardwareIdentity systemUuidLittleEndian */
                systemUuidLittleEndian?: (Uint8Array|null);

                /** HardwareIdentity serial */
                serial?: (string|null);

                /** HardwareIdentity macAddresses */
                macAddresses?: (Uint8Array[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a HardwareIdentity. */
            type $Shape = fleetmeter.v1.HardwareIdentity.$Properties;
        }

        /**
         * Properties of a Settings.
         * @deprecated Use fleetmeter.v1.Settings.$Properties instead.
         */
        interface ISettings extends fleetmeter.v1.Settings.$Properties {
        }

        /** Represents a Settings. */
        class Settings {

            /**
             * Constructs a new Settings.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.Settings.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Settings version. */
            version: number;

            /** Settings reportIntervalSeconds. */
            reportIntervalSeconds?: (number|null);

            /** Settings sampleIntervalSeconds. */
            sampleIntervalSeconds?: (number|null);

            /** Settings group. */
            group: string;

            /** Settings sparingReportIntervalSeconds. */
            sparingReportIntervalSeconds?: (number|null);

            /** Settings rescanSeconds. */
            rescanSeconds?: (number|null);

            /** Settings hashMebibytesPerSecond. */
            hashMebibytesPerSecond?: (number|null);

            /** Settings additionalRoots. */
            additionalRoots: string[];

            /** Settings excludedFolders. */
            excludedFolders: string[];

            /** Settings homeFolders. */
            homeFolders?: (boolean|null);

            /** Settings meterUsage. */
            meterUsage?: (boolean|null);

            /** Settings tellUsersApart. */
            tellUsersApart?: (boolean|null);

            /** Settings paused. */
            paused: boolean;

            /** Settings concurrentLicences. */
            concurrentLicences: string[];

            /**
             * Encodes the specified Settings message. Does not implicitly {@link fleetmeter.v1.Settings.verify|verify} messages.
             * @param message Settings message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.Settings.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Settings message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.Settings & fleetmeter.v1.Settings.$Shape} Settings
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.Settings & fleetmeter.v1.Settings.$Shape;

            /**
             * Gets the type url for Settings
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Settings {

            /** Properties of a Settings. */
            interface $Properties {

                /** Settings version */
                version?: (number|null);

                /** Settings reportIntervalSeconds */
                reportIntervalSeconds?: (number|null);

                /** Settings sampleIntervalSeconds */
                sampleIntervalSeconds?: (number|null);

                /** Settings group */
                group?: (string|null);

                /** Settings sparingReportIntervalSeconds */
                sparingReportIntervalSeconds?: (number|null);

                /** Settings rescanSeconds */
                rescanSeconds?: (number|null);

                /** Settings hashMebibytesPerSecond */
                hashMebibytesPerSecond?: (number|null);

                /** Settings additionalRoots */
                additionalRoots?: (string[]|null);

                /** Settings excludedFolders */
                excludedFolders?: (string[]|null);

                /** Settings homeFolders */
                homeFolders?: (boolean|null);

                /** Settings meterUsage */
                meterUsage?: (boolean|null);

                /** Settings tellUsersApart */
                tellUsersApart?: (boolean|null);

                /** Settings paused */
                paused?: (boolean|null);

                /** Settings concurrentLicences */
                concurrentLicences?: (string[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Settings. */
            type $Shape = fleetmeter.v1.Settings.$Properties;
        }

        /**
         * Properties of an EnrolRequest.
         * @deprecated Use fleetmeter.v1.EnrolRequest.$Properties instead.
         */
        interface IEnrolRequest extends fleetmeter.v1.EnrolRequest.$Properties {
        }

        /** Represents an EnrolRequest. */
        class EnrolRequest {

            /**
             * Constructs a new EnrolRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.EnrolRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** EnrolRequest publicKey. */
            publicKey: Uint8Array;

            /** EnrolRequest secret. */
            secret: string;

            /** EnrolRequest host. */
            host?: (fleetmeter.v1.HostFacts.$Properties|null);

            /** EnrolRequest previousKey. */
            previousKey: Uint8Array;

            /** EnrolRequest splitTicket. */
            splitTicket: Uint8Array;

            /**
             * Encodes the specified EnrolRequest message. Does not implicitly {@link fleetmeter.v1.EnrolRequest.verify|verify} messages.
             * @param message EnrolRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.EnrolRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an EnrolRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.EnrolRequest & fleetmeter.v1.EnrolRequest.$Shape} EnrolRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.EnrolRequest & fleetmeter.v1.EnrolRequest.$Shape;

            /**
             * Gets the type url for EnrolRequest
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace EnrolRequest {

            /** Properties of an EnrolRequest. */
            interface $Properties {

                /** EnrolRequest publicKey */
                publicKey?: (Uint8Array|null);

                /** EnrolRequest secret */
                secret?: (string|null);

                /** EnrolRequest host */
                host?: (fleetmeter.v1.HostFacts.$Properties|null);

                /** EnrolRequest previousKey */
                previousKey?: (Uint8Array|null);

                /** EnrolRequest splitTicket */
                splitTicket?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an EnrolRequest. */
            type $Shape = fleetmeter.v1.EnrolRequest.$Properties;
        }

        /**
         * Properties of an EnrolResponse.
         * @deprecated Use fleetmeter.v1.EnrolResponse.$Properties instead.
         */
        interface IEnrolResponse extends fleetmeter.v1.EnrolResponse.$Properties {
        }

        /** Represents an EnrolResponse. */
        class EnrolResponse {

            /**
             * Constructs a new EnrolResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.EnrolResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** EnrolResponse deviceId. */
            deviceId: Uint8Array;

            /** EnrolResponse collectorId. */
            collectorId: Uint8Array;

            /** EnrolResponse settings. */
            settings?: (fleetmeter.v1.Settings.$Properties|null);

            /** EnrolResponse noticeKey. */
            noticeKey: Uint8Array;

            /**
             * Encodes the specified EnrolResponse message. Does not implicitly {@link fleetmeter.v1.EnrolResponse.verify|verify} messages.
             * @param message EnrolResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.EnrolResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an EnrolResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.EnrolResponse & fleetmeter.v1.EnrolResponse.$Shape} EnrolResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.EnrolResponse & fleetmeter.v1.EnrolResponse.$Shape;

            /**
             * Gets the type url for EnrolResponse
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace EnrolResponse {

            /** Properties of an EnrolResponse. */
            interface $Properties {

                /** EnrolResponse deviceId */
                deviceId?: (Uint8Array|null);

                /** EnrolResponse collectorId */
                collectorId?: (Uint8Array|null);

                /** EnrolResponse settings */
                settings?: (fleetmeter.v1.Settings.$Properties|null);

                /** EnrolResponse noticeKey */
                noticeKey?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an EnrolResponse. */
            type $Shape = fleetmeter.v1.EnrolResponse.$Properties;
        }

        /**
         * Properties of an Envelope.
         * @deprecated Use fleetmeter.v1.Envelope.$Properties instead.
         */
        interface IEnvelope extends fleetmeter.v1.Envelope.$Properties {
        }

        /** Represents an Envelope. */
        class Envelope {

            /**
             * Constructs a new Envelope.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.Envelope.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Envelope payload. */
            payload: Uint8Array;

            /** Envelope payloadType. */
            payloadType: string;

            /** Envelope signatures. */
            signatures: fleetmeter.v1.Signature.$Properties[];

            /**
             * Encodes the specified Envelope message. Does not implicitly {@link fleetmeter.v1.Envelope.verify|verify} messages.
             * @param message Envelope message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.Envelope.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Envelope message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.Envelope & fleetmeter.v1.Envelope.$Shape} Envelope
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.Envelope & fleetmeter.v1.Envelope.$Shape;

            /**
             * Gets the type url for Envelope
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Envelope {

            /** Properties of an Envelope. */
            interface $Properties {

                /** Envelope payload */
                payload?: (Uint8Array|null);

                /** Envelope payloadType */
                payloadType?: (string|null);

                /** Envelope signatures */
                signatures?: (fleetmeter.v1.Signature.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Envelope. */
            type $Shape = fleetmeter.v1.Envelope.$Properties;
        }

        /**
         * Properties of a Signature.
         * @deprecated Use fleetmeter.v1.Signature.$Properties instead.
         */
        interface ISignature extends fleetmeter.v1.Signature.$Properties {
        }

        /** Represents a Signature. */
        class Signature {

            /**
             * Constructs a new Signature.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.Signature.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Signature sig. */
            sig: Uint8Array;

            /** Signature keyid. */
            keyid: string;

            /**
             * Encodes the specified Signature message. Does not implicitly {@link fleetmeter.v1.Signature.verify|verify} messages.
             * @param message Signature message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.Signature.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Signature message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.Signature & fleetmeter.v1.Signature.$Shape} Signature
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.Signature & fleetmeter.v1.Signature.$Shape;

            /**
             * Gets the type url for Signature
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Signature {

            /** Properties of a Signature. */
            interface $Properties {

                /** Signature sig */
                sig?: (Uint8Array|null);

                /** Signature keyid */
                keyid?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Signature. */
            type $Shape = fleetmeter.v1.Signature.$Properties;
        }

        /**
         * Properties of an EvidenceBatch.
         * @deprecated Use fleetmeter.v1.EvidenceBatch.$Properties instead.
         */
        interface IEvidenceBatch extends fleetmeter.v1.EvidenceBatch.$Properties {
        }

        /** Represents an EvidenceBatch. */
        class EvidenceBatch {

            /**
             * Constructs a new EvidenceBatch.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.EvidenceBatch.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** EvidenceBatch collectorId. */
            collectorId: Uint8Array;

            /** EvidenceBatch deviceId. */
            deviceId: Uint8Array;

            /** EvidenceBatch records. */
            records: fleetmeter.v1.EvidenceRecord.$Properties[];

            /**
             * Encodes the specified EvidenceBatch message. Does not implicitly {@link fleetmeter.v1.EvidenceBatch.verify|verify} messages.
             * @param message EvidenceBatch message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.EvidenceBatch.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an EvidenceBatch message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.EvidenceBatch & fleetmeter.v1.EvidenceBatch.$Shape} EvidenceBatch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.EvidenceBatch & fleetmeter.v1.EvidenceBatch.$Shape;

            /**
             * Gets the type url for EvidenceBatch
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace EvidenceBatch {

            /** Properties of an EvidenceBatch. */
            interface $Properties {

                /** EvidenceBatch collectorId */
                collectorId?: (Uint8Array|null);

                /** EvidenceBatch deviceId */
                deviceId?: (Uint8Array|null);

                /** EvidenceBatch records */
                records?: (fleetmeter.v1.EvidenceRecord.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an EvidenceBatch. */
            type $Shape = fleetmeter.v1.EvidenceBatch.$Properties;
        }

        /**
         * Properties of an EvidenceRecord.
         * @deprecated Use fleetmeter.v1.EvidenceRecord.$Properties instead.
         */
        interface IEvidenceRecord extends fleetmeter.v1.EvidenceRecord.$Properties {
        }

        /** Represents an EvidenceRecord. */
        class EvidenceRecord {

            /**
             * Constructs a new EvidenceRecord.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.EvidenceRecord.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** EvidenceRecord executableId. */
            executableId: Uint8Array;

            /** EvidenceRecord evidence. */
            evidence: Uint8Array;

            /** EvidenceRecord encodingVersion. */
            encodingVersion: number;

            /**
             * Encodes the specified EvidenceRecord message. Does not implicitly {@link fleetmeter.v1.EvidenceRecord.verify|verify} messages.
             * @param message EvidenceRecord message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.EvidenceRecord.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an EvidenceRecord message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.EvidenceRecord & fleetmeter.v1.EvidenceRecord.$Shape} EvidenceRecord
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.EvidenceRecord & fleetmeter.v1.EvidenceRecord.$Shape;

            /**
             * Gets the type url for EvidenceRecord
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace EvidenceRecord {

            /** Properties of an EvidenceRecord. */
            interface $Properties {

                /** EvidenceRecord executableId */
                executableId?: (Uint8Array|null);

                /** EvidenceRecord evidence */
                evidence?: (Uint8Array|null);

                /** EvidenceRecord encodingVersion */
                encodingVersion?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an EvidenceRecord. */
            type $Shape = fleetmeter.v1.EvidenceRecord.$Properties;
        }

        /**
         * Properties of a Notice.
         * @deprecated Use fleetmeter.v1.Notice.$Properties instead.
         */
        interface INotice extends fleetmeter.v1.Notice.$Properties {
        }

        /** Represents a Notice. */
        class Notice {

            /**
             * Constructs a new Notice.
             * @param [properties] Properties to set
             */
            constructor(properties?: fleetmeter.v1.Notice.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Notice collectorId. */
            collectorId: Uint8Array;

            /** Notice serial. */
            serial: number;

            /** Notice addresses. */
            addresses: string[];

            /** Notice authorityFingerprints. */
            authorityFingerprints: Uint8Array[];

            /** Notice validUntil. */
            validUntil: number;

            /**
             * Encodes the specified Notice message. Does not implicitly {@link fleetmeter.v1.Notice.verify|verify} messages.
             * @param message Notice message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: fleetmeter.v1.Notice.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Notice message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {fleetmeter.v1.Notice & fleetmeter.v1.Notice.$Shape} Notice
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): fleetmeter.v1.Notice & fleetmeter.v1.Notice.$Shape;

            /**
             * Gets the type url for Notice
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Notice {

            /** Properties of a Notice. */
            interface $Properties {

                /** Notice collectorId */
                collectorId?: (Uint8Array|null);

                /** Notice serial */
                serial?: (number|null);

                /** Notice addresses */
                addresses?: (string[]|null);

                /** Notice authorityFingerprints */
                authorityFingerprints?: (Uint8Array[]|null);

                /** Notice validUntil */
                validUntil?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Notice. */
            type $Shape = fleetmeter.v1.Notice.$Properties;
        }
    }
}
